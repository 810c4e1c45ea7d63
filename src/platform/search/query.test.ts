import { describe, expect, it } from 'vitest';
import { parseSearch } from './query.ts';

type Parameters = readonly (readonly [string, string])[];

const times = (count: number, one: readonly [string, string]): Parameters => Array.from({ length: count }, () => one);
const listOf = (count: number): string => Array.from({ length: count }, (_, at) => `p${at}`).join(',');
const refusalOf = (type: string, parameters: Parameters): unknown => {
  try {
    parseSearch(type, parameters);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a search that asks for very much', () => {
  it.each<[string, string, Parameters]>([
    ['chains', 'Patient', times(10, ['_has:Observation:patient:code', 'x'])],
    ['alternatives', 'Observation', times(2, ['patient', listOf(1000)])],
    ['compared values', 'Observation', times(4, ['date', Array.from({ length: 50 }, () => 'ge2020').join(',')])],
    ['characters', 'Patient', [['identifier', 'x'.repeat(99_990)]]],
  ])('is taken with as many %s as are allowed', (_what, type, parameters) => {
    expect(refusalOf(type, parameters)).toBeUndefined();
  });

  it.each<[string, string, Parameters]>([
    ['reverse chains', 'Patient', times(11, ['_has:Observation:patient:code', 'x'])],
    ['chains', 'Observation', times(11, ['subject:Patient.name', 'x'])],
    ['chains through any type', 'AuditEvent', times(5, ['entity._lastUpdated', 'ge2020'])],
    ['alternatives', 'Observation', times(3, ['patient', listOf(1000)])],
    ['alternatives for each type of a chain', 'AuditEvent', [['entity.identifier', listOf(1000)]]],
    ['compared values', 'Observation', times(5, ['date', Array.from({ length: 50 }, () => 'ge2020').join(',')])],
  ])('is refused for its %s', (_what, type, parameters) => {
    expect(refusalOf(type, parameters)).toMatchObject({ kind: 'invalid' });
  });

  it.each<[string, Parameters]>([
    ['a value', [['name', 'x'.repeat(100_000)]]],
    ['a name', [[`_has:${'x'.repeat(100_000)}`, 'x']]],
    ['parameters that are ignored', times(60_000, ['u', 'x'])],
  ])('is refused for the length of %s', (_what, parameters) => {
    expect(() => parseSearch('Patient', parameters, { lenient: true })).toThrow(/characters at most/);
  });
});
