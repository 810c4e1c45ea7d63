import { expect } from 'vitest';

/** Waits until what is read is as expected, as long as a busy machine may need. */
export const eventually = <Value>(
  read: () => Value | Promise<Value>,
  options: { readonly timeout: number } = { timeout: 10_000 },
) => expect.poll(read, options);
