import { describe, expect, it } from 'vitest';
import { countEntries, hasEntries, isResource } from './answer-checks.ts';
import { patientIds } from './population.ts';

describe('answer checks', () => {
  it('accept the resource that was asked for and no other', () => {
    const answer = { resourceType: 'Patient', id: 'a' };
    expect(() => isResource('Patient', 'a')(answer)).not.toThrow();
    expect(() => isResource('Patient', 'b')(answer)).toThrow('another');
    expect(() => isResource('Observation')(answer)).toThrow('no Observation');
    expect(() => isResource('Patient')({ resourceType: 'Patient' })).toThrow('no id');
    expect(() => isResource('Patient')(null)).toThrow('no Patient');
  });

  it('count matches and not the remarks on them', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: [{ search: { mode: 'match' } }, { search: { mode: 'outcome' } }, { response: { status: '201' } }],
    };
    expect(countEntries(bundle)).toBe(2);
    expect(countEntries({ resourceType: 'Bundle' })).toBe(0);
    expect(() => hasEntries(1)(bundle)).toThrow('2 entries instead of 1');
    expect(() => countEntries({ resourceType: 'OperationOutcome' })).toThrow('no Bundle');
  });
});

describe('patientIds', () => {
  it.each(['Patient/a-1/_history/1', 'Patient/a-1', 'http://example.org/fhir/Patient/a-1/_history/7', '/Patient/a-1'])(
    'finds the id in %s',
    (location) => {
      expect(
        patientIds({ entry: [{ response: { location } }, { response: { location: 'Observation/x' } }, {}] }),
      ).toEqual(['a-1']);
    },
  );

  it('refuses an answer that is no Bundle', () => {
    expect(() => patientIds({ resourceType: 'OperationOutcome' })).toThrow('no entries');
  });
});
