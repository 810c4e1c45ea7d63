import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLastByCode } from './last-by-code.ts';

const coded = (...codes: string[]) => ({
  subject: { reference: 'Patient/1' },
  code: { coding: codes.map((code) => ({ system: 'urn:s', code })) },
});

function lastOf(max: number, observations: readonly object[]): number[] {
  const last = createLastByCode<number>(max);
  observations.forEach((each, at) => last.add({ ...each }, at));
  return last.found();
}

describe('the last of each code', () => {
  it('are the first that come, group after group', () => {
    expect(lastOf(1, [coded('a'), coded('b'), coded('a'), coded('c')])).toEqual([0, 1, 3]);
    expect(lastOf(2, [coded('a'), coded('b'), coded('a'), coded('a'), coded('b')])).toEqual([0, 2, 1, 4]);
  });

  it('are one group where codings lead from one to the other, however late that shows', () => {
    expect(lastOf(1, [coded('a'), coded('b'), coded('a', 'b')])).toEqual([0]);
    expect(lastOf(3, [coded('a'), coded('b'), coded('b'), coded('a', 'b'), coded('a')])).toEqual([0, 1, 2]);
  });

  it('are told apart by system, by subject, and by text where there is no code', () => {
    const other = { ...coded('a'), subject: { reference: 'Patient/2' } };
    const local = { ...coded(), code: { coding: [{ system: 'urn:local', code: 'a' }] } };
    const text = (words: string) => ({ ...coded(), code: { text: words } });
    expect(lastOf(1, [coded('a'), other, local, text('a'), text('a'), text('b')])).toEqual([0, 1, 2, 3, 5]);
  });

  it('are what grouping everything first would give', () => {
    const codes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(codes, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (lists, max) => {
        const observations = lists.map((list) => coded(...list));
        expect(lastOf(max, observations)).toEqual(lastByComponents(lists, max));
      }),
    );
  });
});

/** The same, by joining sets of codes until none touch. */
function lastByComponents(lists: readonly string[][], max: number): number[] {
  let groups: { codes: Set<string>; at: number[] }[] = [];
  lists.forEach((list, at) => {
    const touching = groups.filter(({ codes }) => list.some((code) => codes.has(code)));
    const joined = {
      codes: new Set([...list, ...touching.flatMap(({ codes }) => [...codes])]),
      at: [...touching.flatMap((each) => each.at), at].toSorted((a, b) => a - b),
    };
    groups = [...groups.filter((each) => !touching.includes(each)), joined];
  });
  return groups.toSorted((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0)).flatMap(({ at }) => at.slice(0, max));
}
