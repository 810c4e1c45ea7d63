import { useSyncExternalStore } from 'react';

/** Who one looks as until there is a sign-in. Kept for the browser tab alone. */
export type DemoIdentity = { readonly role: 'citizen' | 'doctor'; readonly id: string; readonly name: string };

const storageKey = 'vsis-demo-identity';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The choice and the way to change it; all parts of the page see a change at once. */
export function useDemoIdentity(): { identity: DemoIdentity | undefined; choose: (identity: DemoIdentity) => void } {
  const stored = useSyncExternalStore(subscribe, () => sessionStorage.getItem(storageKey));
  return {
    identity: stored === null ? undefined : parseIdentity(stored),
    choose: (identity) => {
      sessionStorage.setItem(storageKey, JSON.stringify(identity));
      for (const listener of listeners) listener();
    },
  };
}

/** What lies in the browser may have been written by an older version, or by hand. */
export function parseIdentity(stored: string): DemoIdentity | undefined {
  try {
    const value: unknown = JSON.parse(stored);
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is DemoIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'role' in value &&
    (value.role === 'citizen' || value.role === 'doctor') &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
