import { describe, expect, it } from 'vitest';
import { describeSearch } from './describe-search.ts';
import { parseSearch } from './query.ts';
import { compartmentTarget, wholeRecord } from './search-target.ts';

const shown = (type: string, query: string, lenient = false): string =>
  describeSearch(parseSearch(type, new URLSearchParams(query), { lenient }));

describe('a search in the log', () => {
  it.each([
    ['Patient', 'name=Əliyeva', 'Patient?name={1}'],
    ['Patient', 'identifier=https://vsis.az/fin|5AB12C3', 'Patient?identifier={1}'],
    [
      'Observation',
      'subject:Patient=Patient/7&code=a|1,a|2&date=ge2026-01-01',
      'Observation?subject:Patient={1}&code={2}&date=ge{1}',
    ],
    ['Observation', 'value-quantity=gt5.4|http://unitsofmeasure.org|mg', 'Observation?value-quantity=gt{1}'],
    ['Observation', 'subject:Patient.name:exact=Leyla', 'Observation?subject:Patient.name:exact={1}'],
    ['Patient', '_has:Observation:patient:code=1234-5', 'Patient?_has:Observation:patient:code={1}'],
    [
      'Patient',
      'birthdate=1990-05-01&_sort=-birthdate&_count=7&_total=none',
      'Patient?birthdate={1}&_sort=-birthdate&_count=7&_total=none',
    ],
    [
      'Patient',
      '_elements=name,Leyla&_include=Patient:organization',
      'Patient?_elements={2}&_include=Patient:organization',
    ],
    ['Patient', 'identifier=ap123456', 'Patient?identifier={1}'],
  ])('%s?%s', (type, query, expected) => {
    expect(shown(type, query)).toBe(expected);
  });

  it('names the kind of a compartment, not whose it is', () => {
    const query = parseSearch(compartmentTarget('Patient', '7', 'Observation'), [['code', 'x']]);
    expect(describeSearch(query)).toBe('Patient/{1}/Observation?code={1}');
    expect(describeSearch(parseSearch(wholeRecord, [['_type', 'Patient']]))).toBe('?_type=Patient');
  });

  it('does not even name what was left out as unknown', () => {
    expect(shown('Patient', 'Leyla=1&name=x', true)).toBe('Patient?name={1} (1 unknown left out)');
  });
});
