import type { Condition } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { distinctProblems, isActive, isRefuted, toProblemList } from './problems.ts';

const condition = (code: string, onset: string, rest: Partial<Condition> = {}): Condition => ({
  resourceType: 'Condition',
  subject: { reference: 'Patient/p' },
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code }] },
  onsetDateTime: onset,
  ...rest,
});

const status = (code: string): Partial<Condition> => ({ clinicalStatus: { coding: [{ code }] } });

test.each([
  ['active', {}, true],
  ['relapse', {}, true],
  ['remission', {}, false],
  ['resolved', {}, false],
  [undefined, {}, true],
  [undefined, { abatementDateTime: '2020' }, false],
  [undefined, { abatementString: 'keçib' }, false],
  ['active', { abatementDateTime: '2020' }, true],
] as const)('with the status %s and %j is active: %s', (code, rest, expected) => {
  expect(isActive(condition('E11', '2019', { ...(code === undefined ? {} : status(code)), ...rest }))).toBe(expected);
});

test('what was ruled out or entered in error is no problem', () => {
  const refuted = condition('C50', '2020', { verificationStatus: { coding: [{ code: 'refuted' }] } });
  expect(isRefuted(refuted)).toBe(true);
  expect(toProblemList([refuted])).toEqual({ active: [], past: [] });
});

test('lists newest first', () => {
  const { active, past } = toProblemList([
    condition('I10', '2010', status('active')),
    condition('J06', '2021-02-03', status('resolved')),
    condition('E11', '2019-05', status('active')),
  ]);
  expect(active.map(({ onsetDateTime }) => onsetDateTime)).toEqual(['2019-05', '2010']);
  expect(past).toHaveLength(1);
});

test('a problem recorded twice is one line with its first onset', () => {
  const lines = distinctProblems([condition('I10', '2015'), condition('I10', '2010'), condition('E11', '2019')]);
  expect(lines.map(({ onsetDateTime }) => onsetDateTime)).toEqual(['2010', '2019']);
});
