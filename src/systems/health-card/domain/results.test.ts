import type { Observation } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExact } from '#platform/written-number';
import { groupResults, toResult } from './results.ts';

const observation = (rest: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
  ...rest,
});

const glucose = (value: number, date: string, rest: Partial<Observation> = {}) =>
  toResult(
    observation({ id: `${date} ${value}`, valueQuantity: { value, unit: 'mmol/l' }, effectiveDateTime: date, ...rest }),
  );

test('shows a number as the record spells it', () => {
  const text = `{"resourceType":"Observation","status":"final","code":{"text":"x"},
    "valueQuantity":{"value":1.10,"unit":"mmol/l"},"referenceRange":[{"low":{"value":1.0},"high":{"value":2.50}}]}`;
  const part = toResult(parseExact(text) as Observation).parts[0]; // text made here
  expect(part?.value).toMatchObject({ written: '1.10', number: 1.1, unit: 'mmol/l' });
  expect([part?.range?.low?.written, part?.range?.high?.written]).toEqual(['1.0', '2.50']);
});

test('a pressure is its two components, a panel with a value of its own is all three', () => {
  const component = [
    { code: { text: 'systolic' }, valueQuantity: { value: 120 } },
    { code: { text: 'diastolic' }, valueQuantity: { value: 80 } },
  ];
  expect(toResult(observation({ component })).parts.map(({ key }) => key)).toEqual(['systolic', 'diastolic']);
  expect(toResult(observation({ component, valueString: 'x' })).parts).toHaveLength(3);
});

test('the systolic pressure comes before the diastolic, however they were sent', () => {
  const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
  const component = ['8462-4', '8480-6', '8478-0'].map((code) => ({ code: loinc(code), valueInteger: 1 }));
  expect(toResult(observation({ component })).parts.map(({ code }) => code.coding?.[0]?.code)).toEqual([
    '8480-6',
    '8478-0',
    '8462-4',
  ]);
});

test.each([
  ['low', { value: 3.2 }, undefined],
  ['normal', { value: 3.9 }, undefined],
  ['normal', { value: 6.1 }, undefined],
  ['high', { value: 6.2 }, undefined],
  ['criticalHigh', { value: 5 }, 'HH'],
  ['normal', { value: 60 }, 'N'],
  [undefined, { value: 60, comparator: '>' as const }, undefined],
  [undefined, { value: 60, unit: 'mg/dl' }, undefined],
])('is %s for %j with the interpretation %s', (flag, valueQuantity, said) => {
  const result = toResult(
    observation({
      valueQuantity: { unit: 'mmol/l', ...valueQuantity },
      referenceRange: [{ low: { value: 3.9, unit: 'mmol/l' }, high: { value: 6.1, unit: 'mmol/l' } }],
      ...(said === undefined ? {} : { interpretation: [{ coding: [{ code: said }] }] }),
    }),
  );
  expect(result.parts[0]?.flag).toBe(flag);
});

test('makes no judgement of its own where the record gives no range', () => {
  expect(glucose(60, '2026-01-01').parts[0]?.flag).toBeUndefined();
});

test('takes the range for the usual among several', () => {
  const range = (code: string, value: number) => ({ type: { coding: [{ code }] }, high: { value } });
  const result = toResult(
    observation({ valueInteger: 5, referenceRange: [range('therapeutic', 9), range('normal', 4)] }),
  );
  expect(result.parts[0]?.range?.high?.written).toBe('4');
  expect(result.parts[0]?.flag).toBe('high');
});

test.each([
  [{ valueString: 'mənfi' }, { kind: 'words', text: 'mənfi' }],
  [{ valueBoolean: false }, { kind: 'truth', value: false }],
  [{ valueInteger: 0 }, { kind: 'quantity', written: '0' }],
  [{ valueDateTime: '2026-01' }, { kind: 'moment', date: '2026-01' }],
  [{ valueQuantity: { unit: 'g' } }, { kind: 'absent' }],
  [{ dataAbsentReason: { text: 'unknown' } }, { kind: 'absent', reason: { text: 'unknown' } }],
  [{ valueRange: { low: { value: 1 } } }, { kind: 'interval', low: { written: '1' } }],
])('reads %j', (value, expected) => {
  expect(toResult(observation(value as Partial<Observation>)).parts[0]?.value).toMatchObject(expected);
});

test('a withdrawn result stays in its group but does not stand for it', () => {
  const [group] = groupResults([glucose(5, '2026-01-01'), glucose(50, '2026-02-01', { status: 'entered-in-error' })]);
  expect(group?.latest.date).toBe('2026-01-01');
  expect(group?.results.map(({ withdrawn }) => withdrawn)).toEqual([true, false]);
});

test('groups lose no result, are ordered newest first, and so is each group', () => {
  const day = fc.integer({ min: 0, max: 9000 }).map((days) => new Date(days * 86_400_000).toISOString());
  const result = fc.record({ code: fc.constantFrom('a', 'b', 'c'), date: day });
  fc.assert(
    fc.property(fc.array(result, { maxLength: 40 }), (rows) => {
      const results = rows.map(({ code, date }) =>
        toResult(observation({ code: { text: code }, effectiveDateTime: date })),
      );
      const groups = groupResults(results);
      expect(groups.flatMap((group) => group.results)).toHaveLength(rows.length);
      const newest = groups.map(({ latest }) => latest.date ?? '');
      expect(newest).toEqual(newest.toSorted().toReversed());
      for (const group of groups) {
        const dates = group.results.map(({ date }) => date ?? '');
        expect(dates).toEqual(dates.toSorted().toReversed());
      }
    }),
  );
});
