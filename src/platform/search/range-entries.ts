import { hash64, parameterNumber } from './hash.ts';
import type { Span } from './periods.ts';
import { numberRangesOf, spanOf } from './ranges.ts';
import type { Found } from './walk-path.ts';

/** A row of the range table: a date (ms since 1970), number or quantity under a parameter. */
export type RangeEntry = Span & {
  readonly parameter: number;
  /** Hashes of the forms the unit may be asked for by. */
  readonly units: readonly bigint[];
  /** In a composite: hashes of the forms of its token. */
  readonly tokens: readonly bigint[];
};

/** The parameter the values stand under, and in a composite the tokens they hold together with. */
export type RangeOwner = { readonly type: string; readonly code: string; readonly tokens: readonly bigint[] };

export function rangeEntriesOf(owner: RangeOwner, kind: string, found: readonly Found[]): RangeEntry[] {
  const parameter = parameterNumber(owner.type, owner.code);
  const { tokens } = owner;
  if (kind === 'date') {
    return found.flatMap((each) => {
      const span = spanOf(each);
      return span ? [{ ...span, parameter, units: [], tokens }] : [];
    });
  }
  return found.flatMap(numberRangesOf).map(({ lo, hi, units }) => ({
    lo,
    hi,
    parameter,
    units: units.map(hash64),
    tokens,
  }));
}

/** Two numbers of one element as one entry, the first as its lower end, the second as its upper. */
export function pairedNumbers(owner: RangeOwner, firsts: readonly Found[], seconds: readonly Found[]): RangeEntry[] {
  const parameter = parameterNumber(owner.type, owner.code);
  const { tokens } = owner;
  return firsts.flatMap(({ value: lo }) =>
    seconds.flatMap(({ value: hi }) =>
      typeof lo === 'number' && typeof hi === 'number' ? [{ lo, hi, parameter, units: [], tokens }] : [],
    ),
  );
}
