import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import type { Resource } from '../definitions/resource.ts';
import { parseJson } from '../json/parse-json.ts';
import { stringifyJson } from '../json/stringify-json.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch } from './json-patch.ts';

const observation = '{"resourceType":"Observation","valueQuantity":{"value":1.10},"note":[{"text":"a"},{"text":"b"}]}';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('applyJsonPatch', () => {
  it.each([
    [
      'keeps literals of the document',
      '[{"op":"remove","path":"/note/0"}]',
      '{"resourceType":"Observation","valueQuantity":{"value":1.10},"note":[{"text":"b"}]}',
    ],
    [
      'keeps literals of the patch',
      '[{"op":"replace","path":"/valueQuantity/value","value":2.50}]',
      observation.replace('1.10', '2.50'),
    ],
    [
      'keeps literals that are copied',
      '[{"op":"copy","from":"/valueQuantity","path":"/component"},{"op":"remove","path":"/note"}]',
      '{"resourceType":"Observation","valueQuantity":{"value":1.10},"component":{"value":1.10}}',
    ],
    [
      'keeps a lone literal that moves',
      '[{"op":"move","from":"/valueQuantity/value","path":"/valueQuantity/low"},{"op":"remove","path":"/note"}]',
      '{"resourceType":"Observation","valueQuantity":{"low":1.10}}',
    ],
    [
      'appends with a hyphen',
      '[{"op":"add","path":"/note/-","value":{"text":"c"}},{"op":"remove","path":"/valueQuantity"}]',
      '{"resourceType":"Observation","note":[{"text":"a"},{"text":"b"},{"text":"c"}]}',
    ],
  ])('%s', (_, patch, expected) => {
    expect(stringifyJson(applyJsonPatch(parseJson(observation), parseJson(patch)))).toBe(expected);
  });

  it.each([
    ['[{"op":"remove","path":"/none"}]', 'fhir.patch-not-applicable'],
    ['[{"op":"test","path":"/resourceType","value":"Patient"}]', 'fhir.patch-not-applicable'],
    ['[{"op":"add","path":"/note/7","value":1}]', 'fhir.patch-not-applicable'],
    ['[{"op":"move","from":"/note","path":"/note/0"}]', 'fhir.patch-not-applicable'],
    ['[{"op":"add","path":"note","value":1}]', 'fhir.malformed-patch'],
    ['[{"op":"add","path":"/note"}]', 'fhir.malformed-patch'],
    ['[{"op":"grow","path":"/note"}]', 'fhir.malformed-patch'],
    ['{"op":"add"}', 'fhir.malformed-patch'],
  ])('refuses %s', (patch, code) => {
    expect(codeOf(() => applyJsonPatch(parseJson(observation), parseJson(patch)))).toBe(code);
  });

  it('leaves the document as it was', () => {
    const document = parseJson(observation);
    expect(
      codeOf(() =>
        applyJsonPatch(document, parseJson('[{"op":"remove","path":"/note"},{"op":"remove","path":"/none"}]')),
      ),
    ).toBe('fhir.patch-not-applicable');
    expect(stringifyJson(document)).toBe(observation);
  });

  it('cannot reach the prototype', () => {
    expect(codeOf(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]))).toBe(
      'fhir.patch-not-applicable',
    );
    expect(codeOf(() => applyJsonPatch({}, [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }]))).toBe(
      'fhir.patch-not-applicable',
    );
    expect(codeOf(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }]))).toBe(
      'fhir.malformed-patch',
    );
  });
});

type Part = { name: string; [value: string]: unknown };

function patchOf(...parts: Part[]): unknown {
  return { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] };
}

function operation(type: string, path: string, ...more: Part[]): unknown {
  return patchOf({ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more);
}

describe('applyFhirPathPatch', () => {
  const patient: Resource = {
    resourceType: 'Patient',
    deceasedBoolean: false,
    name: [{ given: ['A', 'B'], _given: [null, { id: 'x' }] }],
    contact: [{ name: { text: 'only' } }],
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' },
  };

  it.each<[string, unknown, Partial<Resource>]>([
    [
      'changes the type of a choice',
      operation('replace', 'Patient.deceased', { name: 'value', valueDateTime: '2020' }),
      { deceasedDateTime: '2020' },
    ],
    [
      'adds a choice by its bare name',
      operation('add', 'Patient', { name: 'name', valueString: 'multipleBirth' }, { name: 'value', valueInteger: 2 }),
      { multipleBirthInteger: 2 },
    ],
    [
      'moves extensions with their values',
      operation(
        'move',
        'Patient.name[0].given',
        { name: 'source', valueInteger: 1 },
        { name: 'destination', valueInteger: 0 },
      ),
      { name: [{ given: ['B', 'A'], _given: [{ id: 'x' }, null] }] },
    ],
    [
      'inserts into a list that is not there',
      operation(
        'insert',
        'Patient.telecom',
        { name: 'index', valueInteger: 0 },
        { name: 'value', valueContactPoint: { value: '1' } },
      ),
      { telecom: [{ value: '1' }] },
    ],
    [
      'takes away what a delete left empty',
      operation('delete', 'Patient.contact[0].name.text'),
      { contact: undefined },
    ],
    ['deletes nothing without complaint', operation('delete', 'Patient.photo'), {}],
    [
      'reaches the narrative by its plain name',
      operation('replace', 'Patient.text.div', { name: 'value', valueString: '<div>b</div>' }),
      { text: { status: 'generated', div: '<div>b</div>' } },
    ],
    [
      'writes a primitive with its extensions',
      operation(
        'add',
        'Patient',
        { name: 'name', valueString: 'birthDate' },
        { name: 'value', valueDate: '1970', _valueDate: { id: 'b' } },
      ),
      { birthDate: '1970', _birthDate: { id: 'b' } },
    ],
  ])('%s', (_, patch, expected) => {
    const result = applyFhirPathPatch(patient, patch);
    expect(result).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
    for (const [key, value] of Object.entries(expected))
      if (value === undefined) expect(result).not.toHaveProperty(key);
  });

  it('keeps decimals of the patch and of the resource', () => {
    const resource = parseJson(
      '{"resourceType":"Observation","valueQuantity":{"value":1.10},"component":[{"valueQuantity":{"value":2}}]}',
    ) as Resource; // as: a literal
    const patch = parseJson(
      '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.component[0].value.value"},{"name":"value","valueDecimal":3.00}]}]}',
    );
    expect(stringifyJson(applyFhirPathPatch(resource, patch))).toBe(
      '{"resourceType":"Observation","valueQuantity":{"value":1.10},"component":[{"valueQuantity":{"value":3.00}}]}',
    );
  });

  it.each([
    [
      'replaces only what is there',
      operation('replace', 'Patient.gender', { name: 'value', valueCode: 'male' }),
      'fhir.patch-not-applicable',
    ],
    [
      'adds no second value to what does not repeat',
      operation('add', 'Patient', { name: 'name', valueString: 'deceased' }, { name: 'value', valueBoolean: true }),
      'fhir.patch-not-applicable',
    ],
    [
      'adds no unknown element',
      operation('add', 'Patient', { name: 'name', valueString: 'shoeSize' }, { name: 'value', valueInteger: 1 }),
      'fhir.patch-not-applicable',
    ],
    ['selects one element', operation('delete', 'Patient.name.given'), 'fhir.patch-not-applicable'],
    ['wants a known operation', operation('grow', 'Patient'), 'fhir.malformed-patch'],
    ['wants a value', operation('replace', 'Patient.deceased'), 'fhir.malformed-patch'],
    ['wants a FHIRPath that can be read', operation('delete', 'Patient.name['), 'fhir.fhirpath-failed'],
    ['wants Parameters', { resourceType: 'Patient' }, 'fhir.malformed-patch'],
  ])('%s', (_, patch, code) => {
    expect(codeOf(() => applyFhirPathPatch(patient, patch))).toBe(code);
  });
});
