import { readGenerated } from './read-generated.ts';

const compiled = readGenerated('value-sets.json') as Record<string, Record<string, string[]>>; // as: generated file

export type ValueSetModel = {
  readonly url: string;
  /** Every code, whatever its system: for elements of type code. */
  readonly codes: ReadonlySet<string>;
  readonly codesBySystem: ReadonlyMap<string, ReadonlySet<string>>;
};

const sets = new Map<string, ValueSetModel>();
for (const [url, systems] of Object.entries(compiled)) {
  sets.set(url, {
    url,
    codes: new Set(Object.values(systems).flat()),
    codesBySystem: new Map(Object.entries(systems).map(([system, codes]) => [system, new Set(codes)])),
  });
}

/** The expansion of a value set that R4 elements require, if it can be listed. */
export function findValueSet(url: string): ValueSetModel | undefined {
  return sets.get(url);
}
