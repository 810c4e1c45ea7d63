import type { Observation } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { toResultChart } from './result-chart.ts';
import { toResult } from './results.ts';

const glucose = (id: string, date: string, value: number, rest: Partial<Observation> = {}) =>
  toResult({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'qlükoza' },
    effectiveDateTime: date,
    valueQuantity: { value, unit: 'mmol/l' },
    ...rest,
  });

test('draws from the oldest to the newest', () => {
  const chart = toResultChart([glucose('b', '2026-02-01', 6), glucose('a', '2026-01-01', 5)]);
  expect(chart?.series[0]?.points.map(({ resultId }) => resultId)).toEqual(['a', 'b']);
  expect(chart).toMatchObject({ unit: 'mmol/l', mixedUnits: false });
});

test('leaves out what was withdrawn, what is not a number, and what is only "more than"', () => {
  const chart = toResultChart([
    glucose('a', '2026-01-01', 5),
    glucose('b', '2026-01-02', 500, { status: 'entered-in-error' }),
    glucose('c', '2026-01-03', 33, { valueQuantity: { value: 33, unit: 'mmol/l', comparator: '>' } }),
  ]);
  expect(chart?.series[0]?.points.map(({ resultId }) => resultId)).toEqual(['a']);
});

test('values in different units never share a line', () => {
  const chart = toResultChart([
    glucose('old', '2010-01-01', 90, { valueQuantity: { value: 90, unit: 'mg/dl' } }),
    glucose('new', '2026-01-01', 5),
  ]);
  expect(chart).toMatchObject({ unit: 'mmol/l', mixedUnits: true });
  expect(chart?.series.flatMap(({ points }) => points)).toHaveLength(1);
});

test('a pressure is two lines without a common range', () => {
  const component = [
    {
      code: { text: 'systolic' },
      valueQuantity: { value: 120, unit: 'mm[Hg]' },
      referenceRange: [{ high: { value: 140 } }],
    },
    { code: { text: 'diastolic' }, valueQuantity: { value: 80, unit: 'mm[Hg]' } },
  ];
  const pressure = toResult({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'bp' },
    effectiveDateTime: '2026',
    component,
  });
  const chart = toResultChart([pressure]);
  expect(chart?.series.map(({ key }) => key)).toEqual(['systolic', 'diastolic']);
  expect(chart?.range).toBeUndefined();
});

test('words cannot be drawn', () => {
  const words = toResult({
    resourceType: 'Observation',
    status: 'final',
    code: {},
    effectiveDateTime: '2026',
    valueString: 'mənfi',
  });
  expect(toResultChart([words])).toBeUndefined();
});
