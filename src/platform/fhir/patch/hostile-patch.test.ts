import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import type { Resource } from '../definitions/resource.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch } from './json-patch.ts';

const patient: Resource = { resourceType: 'Patient', name: [{ family: `${'a'.repeat(40)}!`, given: ['b'] }] };

function refusal(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

const replaceAt = (path: string) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: path },
        { name: 'value', valueString: 'x' },
      ],
    },
  ],
});

describe('a patch made to do harm', () => {
  it.each([
    ['a regular expression without end', "Patient.name.where(family.matches('(a+)+$')).family"],
    ['the same in quotation signs', "Patient.name.where(family.`matches`('(a+)+$')).family"],
    ['a call after a comment', "Patient.name.where(family.matches/**/('(a+)+$')).family"],
    ['a replacement', "Patient.name.where(family.replaceMatches('(a+)+$', '') = '').family"],
    ['products of sets', `Patient.name.where(${'descendants().where('.repeat(8)}true${')'.repeat(8)}.exists()).family`],
    ['a variable', 'Patient.name.where(%resource.name.exists()).family'],
    ['many brackets', `Patient.name.where(${'('.repeat(500)}true${')'.repeat(500)}).family`],
    ['great length', `Patient${'.name'.repeat(1000)}`],
  ])('by its path is refused: %s', (_what, path) => {
    expect(refusal(() => applyFhirPathPatch(patient, replaceAt(path)))).toBe('fhir.malformed-patch');
  });

  it('with a path that only selects is applied', () => {
    const path = "Patient.name.where(given.first() = 'b' and (family.startsWith('a') or family = '%(')).family";
    expect(applyFhirPathPatch(patient, replaceAt(path))['name']).toEqual([{ family: 'x', given: ['b'] }]);
  });

  it.each([
    ['beginning', { op: 'copy', from: '/name', path: '/name/0' }],
    ['end', { op: 'copy', from: '/name', path: '/name/-' }],
  ])('by copies that double a list at its %s is refused', (_what, copy) => {
    const operations = Array.from({ length: 60 }, () => copy);
    expect(refusal(() => applyJsonPatch(patient, operations))).toBe('fhir.malformed-patch');
  });
});
