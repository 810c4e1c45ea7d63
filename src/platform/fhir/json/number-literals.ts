/**
 * The source text of numbers that JavaScript would print differently (`1.10`, `1.0e3`, 23 digits).
 * Kept beside the plain objects, so that a resource stays an ordinary object and decimals stay exact.
 */
const literals = new WeakMap<object, Map<string | number, string>>();

/** True when `JSON.stringify` would not write this number literal back as it stands. */
export function isInexact(literal: string): boolean {
  return String(Number(literal)) !== literal;
}

export function rememberLiteral(container: object, key: string | number, literal: string): void {
  const known = literals.get(container);
  if (known) known.set(key, literal);
  else literals.set(container, new Map([[key, literal]]));
}

/**
 * The remembered literals of one container that still fit the values in it: a value assigned after
 * parsing makes its old literal void.
 */
export function literalsOf(container: object): ReadonlyMap<string | number, string> | undefined {
  const known = literals.get(container);
  if (!known) return undefined;
  const values = container as Record<string | number, unknown>; // as: any object or array is indexed by its own keys here
  let stale = false;
  for (const [key, literal] of known) if (!Object.is(values[key], Number(literal))) stale = true;
  if (!stale) return known;
  const fresh = new Map([...known].filter(([key, literal]) => Object.is(values[key], Number(literal))));
  return fresh.size > 0 ? fresh : undefined;
}

/** Source text of the number at `container[key]`; empty when there is no number. */
export function numberLiteral(container: object, key: string | number): string {
  const value: unknown = (container as Record<string | number, unknown>)[key]; // as: see above
  if (typeof value !== 'number') return '';
  return literalsOf(container)?.get(key) ?? String(value);
}

/** Carries the literals of one container over to another that has the same keys and values. */
export function copyLiterals(from: object, to: object): void {
  const known = literals.get(from);
  if (known) literals.set(to, new Map(known));
}
