import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { compilePattern } from './compile-pattern.ts';
import { evaluateFhirPath } from './evaluate-fhirpath.ts';
import { quoteKeywords } from './quote-keywords.ts';

const patient = {
  resourceType: 'Patient',
  name: [{ given: ['A', 'B'] }],
  text: { status: 'generated', div: '<div/>' },
  deceasedBoolean: true,
};

describe('evaluateFhirPath', () => {
  it.each<[string, unknown[]]>([
    ['Patient.name.given', ['A', 'B']],
    ['Patient.deceased', [true]],
    ['deceased is boolean', [true]],
    ['Patient.text.div', ['<div/>']],
    ['%resource.name.count()', [1]],
    ["'a@b'.matches('^[a-z\\\\@]+$')", [true]],
    ['Observation.code', []],
  ])('gives for %s', (expression, expected) => {
    expect(evaluateFhirPath(expression, patient)).toEqual(expected);
  });

  it('says which expression cannot be read', () => {
    expect(() => evaluateFhirPath('Patient.name[', patient)).toThrow(AppError);
    expect(() => evaluateFhirPath('Patient.name[', patient)).toThrow('Patient.name[');
  });

  it('leaves the resource as it was', () => {
    const before = JSON.stringify(patient);
    evaluateFhirPath('Patient.descendants().count()', patient);
    expect(JSON.stringify(patient)).toBe(before);
    expect(Reflect.ownKeys(patient)).toEqual(['resourceType', 'name', 'text', 'deceasedBoolean']);
  });
});

describe('quoteKeywords', () => {
  it.each([
    ['text.div', 'text.`div`'],
    ["text.where(status = 'a.div').div.exists()", "text.where(status = 'a.div').`div`.exists()"],
    ['4 div 2', '4 div 2'],
    ['text.`div`', 'text.`div`'],
    ['division.divided', 'division.divided'],
  ])('writes %s as %s', (expression, expected) => {
    expect(quoteKeywords(expression)).toBe(expected);
  });
});

describe('compilePattern', () => {
  it('takes escapes that are not needed', () => {
    expect(compilePattern("^[\\'\\@]+$").test("'@")).toBe(true);
  });

  it('lets the dot stand for a line end', () => {
    expect(compilePattern('^a.b$').test('a\nb')).toBe(true);
  });
});
