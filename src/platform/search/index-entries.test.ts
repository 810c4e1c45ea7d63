import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findDataFolder } from '../../../test/conformance/data-folder.ts';
import { parameterNumber } from './hash.ts';
import { indexEntriesOf, indexFormat } from './index-entries.ts';
import { patientOf } from './patient-of.ts';
import { isStoredType } from './search-parameters.ts';

describe('the patient a resource is stored with', () => {
  it.each([
    [{ resourceType: 'Patient', id: 'p' }, 'p'],
    [{ resourceType: 'Condition', subject: { reference: 'Patient/p' } }, 'p'],
    [{ resourceType: 'Condition', subject: { reference: 'Patient/p/_history/3' } }, 'p'],
    [{ resourceType: 'Condition', subject: { reference: 'https://own.example/fhir/Patient/p' } }, 'p'],
    [{ resourceType: 'Condition', subject: { reference: 'https://other.example/fhir/Patient/p' } }, undefined],
    [{ resourceType: 'Condition', subject: { reference: 'Group/g' } }, undefined],
    [{ resourceType: 'Condition', subject: { reference: '#contained' } }, undefined],
    [{ resourceType: 'Condition', subject: { identifier: { value: 'p' } } }, undefined],
    [
      {
        resourceType: 'Observation',
        subject: { reference: 'Device/d' },
        performer: [{ reference: 'Practitioner/x' }, { reference: 'Patient/p' }],
      },
      'p',
    ],
    [
      { resourceType: 'Observation', subject: { reference: 'Patient/first' }, performer: [{ reference: 'Patient/p' }] },
      'first',
    ],
    [
      {
        resourceType: 'Appointment',
        participant: [{ actor: { reference: 'Location/l' } }, { actor: { reference: 'Patient/p' } }],
      },
      'p',
    ],
    [{ resourceType: 'Organization', name: 'x' }, undefined],
  ])('%j: %s', (resource, expected) => {
    expect(patientOf(resource, 'https://own.example/fhir')).toBe(expected);
    expect(indexEntriesOf({ id: 'x', ...resource }, 'https://own.example/fhir').patient).toBe(expected);
  });
});

describe('the text a list is sorted by', () => {
  it.each([
    [{ resourceType: 'Patient', name: [{ family: 'Əliyev', given: ['Rauf', 'B'] }] }, 'Əliyev Rauf B'],
    [{ resourceType: 'Patient', name: [{ text: 'Rauf müəllim' }] }, 'Rauf müəllim'],
    [{ resourceType: 'Organization', name: 'Xəstəxana' }, 'Xəstəxana'],
    [{ resourceType: 'ValueSet', title: 'Siyahı' }, 'Siyahı'],
    [{ resourceType: 'Patient' }, undefined],
    [{ resourceType: 'Organization', name: '😀'.repeat(150) }, '😀'.repeat(100)],
  ])('%j', (resource, label) => {
    expect(indexEntriesOf(resource).label).toBe(label);
  });
});

/**
 * Records in use were indexed by this format: where the mark changes, `indexFormat` must grow, so that they are indexed
 * again, and searches must find what the format before left until that is done.
 */
it('what resources are found by is what the index format says', () => {
  const reference = (address: string) => ({ reference: address });
  const quantity = { value: 5.4, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol{glucose}/L' };
  const concept = {
    coding: [{ system: 'http://loinc.org', code: '2339-0', display: 'Qlükoza' }],
    text: 'Qlükoza qanda',
  };
  const resources = [
    {
      resourceType: 'Patient',
      id: 'p',
      identifier: [{ type: { coding: [{ system: 'urn:t', code: 'NI' }] }, system: 'urn:fin', value: '5ZK81PQ' }],
      name: [{ text: 'Dr. Əli Qasımov', family: 'Qasımov', given: ['Əli', 'Həsən Bəy'] }],
      telecom: [
        { system: 'phone', use: 'mobile', value: '+994501112233' },
        { system: 'url', value: 'https://a.example' },
      ],
      address: [{ line: ['Nizami küçəsi 5'], city: 'Bakı', postalCode: 'AZ1000', country: 'AZ' }],
      birthDate: '1960-10',
      text: { status: 'generated', div: '<div>Yaşlı xəstə</div>' },
    },
    {
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      code: concept,
      subject: reference('Patient/p'),
      performer: [reference('Practitioner/d')],
      effectivePeriod: { start: '2026-01-01', end: '2026-01-02T10:00:00+04:00' },
      valueQuantity: quantity,
      component: [{ code: concept, valueQuantity: quantity }],
    },
    { resourceType: 'Location', id: 'l', name: 'Poliklinika', position: { latitude: 40.4, longitude: 49.9 } },
    { resourceType: 'ValueSet', id: 'v', url: 'urn:v|1', version: '1', title: 'Siyahı', status: 'active' },
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      questionnaire: 'http://q.example/x|2',
      subject: reference('Patient/p'),
    },
  ];
  const entries = resources.map((each) => indexEntriesOf(each));
  const text = JSON.stringify(entries, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect([indexFormat, hash('sha256', text).slice(0, 16)]).toEqual([3, 'ced109181b1b3843']);
});

const folder = findDataFolder('r4-examples');

it.skipIf(folder === undefined)(
  'every R4 example (needs the data folder r4-examples) has entries that the index can hold',
  () => {
    const place = parameterNumber('Location', 'near');
    let count = 0;
    for (const file of readdirSync(folder ?? '').filter((each) => each.endsWith('.json'))) {
      const resource = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { resourceType: string }; // as: an example is a resource
      if (!isStoredType(resource.resourceType)) {
        continue;
      }
      const { keys, strings, ranges } = indexEntriesOf(resource);
      expect(keys.length, file).toBeLessThan(20_000);
      expect(
        strings.every((each) => Buffer.byteLength(each) < 2046 && each.isWellFormed()),
        file,
      ).toBe(true);
      expect(
        ranges.every(({ lo, hi, parameter }) => lo <= hi || parameter === place), // a point is latitude and longitude
        file,
      ).toBe(true);
      count += 1;
    }
    expect(count).toBeGreaterThan(300);
  },
  60_000,
);
