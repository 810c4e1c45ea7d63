/** Random numbers that a seed fixes: the same seed gives the same payloads on every machine. */
export type SeededRandom = {
  /** A whole number from 0 to below `end`. */
  readonly integer: (end: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Lower-case hexadecimal digits. */
  readonly hex: (digits: number) => string;
};

/** The generator "mulberry32": 32 bits of state, good enough to spread values, useless for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (end: number): number => Math.floor(next() * end);
  return {
    integer,
    pick: (list) => {
      const at = integer(list.length);
      const item = list[at];
      if (item === undefined) throw new RangeError('Nothing to pick from.');
      return item;
    },
    hex: (digits) => Array.from({ length: digits }, () => integer(16).toString(16)).join(''),
  };
}
