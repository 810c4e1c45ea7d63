import { describe, expect, it } from 'vitest';
import { parseJson } from '../json/parse-json.ts';
import { validateResource } from './validate-resource.ts';

const patient = (more: object): object => ({ resourceType: 'Patient', ...more });
const observation = (more: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

function found(resource: unknown): string[] {
  return validateResource(resource).map(({ expression, text }) => `${expression ?? ''}: ${text}`);
}

describe('validateResource accepts', () => {
  it.each<[string, object]>([
    [
      'extensions of a primitive without a value',
      patient({
        _birthDate: {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
        },
      }),
    ],
    [
      'null in a list where an extension stands',
      patient({
        name: [
          { given: ['A', null], _given: [null, { extension: [{ url: 'http://example.org/x', valueString: 'y' }] }] },
        ],
      }),
    ],
    ['a leap day', patient({ birthDate: '2000-02-29' })],
    ['a year alone', patient({ birthDate: '1970' })],
    [
      'base64 with white space between groups',
      { resourceType: 'Binary', contentType: 'text/plain', data: 'YWJj\n ZGVm' },
    ],
    [
      'a contained resource that is referred to',
      observation({ contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } }),
    ],
    ['a language of BCP 47 that no list has', patient({ language: 'az-Cyrl-AZ' })],
    ['an unknown extension', patient({ extension: [{ url: 'http://example.org/unknown', valueInteger: 1 }] })],
    ['a conditional reference', observation({ subject: { reference: 'Patient?identifier=1' } })],
    [
      'periods of different precision',
      patient({ identifier: [{ value: '1', period: { start: '2020-05-01', end: '2020' } }] }),
    ],
  ])('%s', (_, resource) => {
    expect(found(resource)).toEqual([]);
  });
});

describe('validateResource refuses', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['what is no resource', [], '', /must be a JSON object/],
    ['an unknown type', { resourceType: 'Citizen' }, 'Citizen', /no R4 resource type/],
    ['an abstract type', { resourceType: 'DomainResource' }, 'DomainResource', /no R4 resource type/],
    ['an unknown element', patient({ shoeSize: 43 }), 'Patient.shoeSize', /no element/],
    [
      'an unknown element below',
      patient({ contact: [{ name: { nick: 'x' } }] }),
      'Patient.contact[0].name.nick',
      /no element/,
    ],
    [
      'an element of later versions',
      { resourceType: 'ResearchStudy', status: 'active', label: [] },
      'ResearchStudy.label',
      /no element/,
    ],
    ['a missing element', { resourceType: 'Observation', status: 'final' }, 'Observation.code', /required but missing/],
    [
      'a missing element of a part',
      patient({ communication: [{ preferred: true }] }),
      'Patient.communication[0].language',
      /required but missing/,
    ],
    ['one value where a list belongs', patient({ name: { text: 'x' } }), 'Patient.name', /JSON array/],
    ['a list where one value belongs', patient({ gender: ['male'] }), 'Patient.gender', /JSON string/],
    ['an empty list', patient({ name: [] }), 'Patient.name', /must not be empty/],
    ['an empty object', patient({ name: [{}] }), 'Patient.name[0]', /at least one property/],
    ['an empty text', patient({ name: [{ text: '' }] }), 'Patient.name[0].text', /must not be empty/],
    ['null', patient({ birthDate: null }), 'Patient.birthDate', /JSON string/],
    [
      'null in a list without an extension',
      patient({ name: [{ given: ['A', null] }] }),
      'Patient.name[0].given[1]',
      /null may stand/,
    ],
    [
      'two types of a choice',
      patient({ deceasedBoolean: true, deceasedDateTime: '2020' }),
      'Patient.deceased',
      /cannot both be present/,
    ],
    [
      'a type that the choice has not',
      observation({ valueAddress: { city: 'x' } }),
      'Observation.valueAddress',
      /no element/,
    ],
    ['a number as text', observation({ valueInteger: '1' }), 'Observation.value', /JSON number/],
    ['a day that the calendar has not', patient({ birthDate: '2023-02-29' }), 'Patient.birthDate', /calendar/],
    [
      'a time without a zone',
      observation({ effectiveDateTime: '2020-01-01T10:00:00' }),
      'Observation.effective',
      /zone/,
    ],
    ['the year 0', patient({ birthDate: '0000' }), 'Patient.birthDate', /calendar/],
    ['an instant without a time', observation({ issued: '2020-01-01' }), 'Observation.issued', /zone/],
    ['an id out of grammar', patient({ id: 'a b' }), 'Patient.id', /id: 1 to 64/],
    ['an id that is too long', patient({ id: 'a'.repeat(65) }), 'Patient.id', /id: 1 to 64/],
    ['a control character', patient({ name: [{ text: 'a\u0001' }] }), 'Patient.name[0].text', /control characters/],
    [
      'a negative position',
      {
        resourceType: 'Appointment',
        status: 'proposed',
        priority: -1,
        participant: [{ status: 'accepted', actor: { display: 'x' } }],
      },
      'Appointment.priority',
      /from 0/,
    ],
    [
      'white space in a URI',
      patient({ identifier: [{ system: 'http://a b', value: '1' }] }),
      'Patient.identifier[0].system',
      /URI/,
    ],
    ['what is no base64', { resourceType: 'Binary', contentType: 'text/plain', data: '%%%' }, 'Binary.data', /base64/],
    ['a code outside its value set', patient({ gender: 'man' }), 'Patient.gender', /administrative-gender/],
    [
      'a concept outside its value set',
      { resourceType: 'Condition', subject: { display: 'x' }, clinicalStatus: { text: 'active' } },
      'Condition.clinicalStatus',
      /condition-clinical/,
    ],
    [
      'a code that only an extension stands for',
      patient({ _gender: { extension: [{ url: 'http://example.org/x', valueString: 'y' }] } }),
      'Patient.gender',
      /code from/,
    ],
    [
      'what is no media type',
      { resourceType: 'Binary', contentType: 'plain text' },
      'Binary.contentType',
      /media type/,
    ],
    [
      'a target of the wrong type',
      observation({ subject: { type: 'Encounter', display: 'x' } }),
      'Observation.subject',
      /may not point to a Encounter/,
    ],
    [
      'a local reference that leads nowhere',
      observation({ subject: { reference: '#p' } }),
      'Observation.subject',
      /ref-1/,
    ],
    [
      'a contained resource nobody refers to',
      observation({ contained: [{ resourceType: 'Patient', id: 'p' }] }),
      'Observation',
      /dom-3/,
    ],
    [
      'a version of a contained resource',
      observation({
        contained: [{ resourceType: 'Patient', id: 'p', meta: { versionId: '1' } }],
        subject: { reference: '#p' },
      }),
      'Observation',
      /dom-4/,
    ],
    [
      'contained in contained',
      observation({
        contained: [{ resourceType: 'Patient', id: 'p', contained: [{ resourceType: 'Patient', id: 'q' }] }],
        subject: { reference: '#p' },
      }),
      'Observation',
      /dom-2/,
    ],
    ['a broken invariant', observation({ valueInteger: 1, dataAbsentReason: { text: 'x' } }), 'Observation', /obs-6/],
    [
      'an extension with value and parts',
      patient({
        extension: [{ url: 'http://example.org/x', valueInteger: 1, extension: [{ url: 'y', valueInteger: 1 }] }],
      }),
      'Patient.extension[0]',
      /ext-1/,
    ],
    [
      'a period that ends before it starts',
      patient({ identifier: [{ value: '1', period: { start: '2021', end: '2020' } }] }),
      'Patient.identifier[0].period',
      /per-1/,
    ],
    [
      'an extension where it does not belong',
      patient({
        name: [
          {
            text: 'x',
            extension: [
              { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { city: 'x' } },
            ],
          },
        ],
      }),
      'Patient.name[0].extension[0]',
      /not allowed here/,
    ],
    [
      'an extension with a value of the wrong type',
      patient({ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueString: 'x' }] }),
      'Patient.extension[0].value',
      /of type string/,
    ],
    [
      'an extension without an absolute URL',
      patient({ extension: [{ url: 'x', valueString: 'x' }] }),
      'Patient.extension[0].url',
      /absolute/,
    ],
    [
      'a size that the data have not',
      { resourceType: 'Patient', photo: [{ contentType: 'text/plain', data: 'YWJj', size: 5 }] },
      'Patient.photo[0]',
      /5 bytes.*has 3/,
    ],
    [
      'a script in the narrative',
      patient({
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>' },
      }),
      'Patient.text.div',
      /txt-1.*script/,
    ],
    [
      'a link that runs a script',
      patient({
        text: {
          status: 'generated',
          div: '<div xmlns="http://www.w3.org/1999/xhtml"><a href="javascript:x()">a</a></div>',
        },
      }),
      'Patient.text.div',
      /runs a script/,
    ],
    [
      'an event handler in the narrative',
      patient({
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml" onclick="x()">a</div>' },
      }),
      'Patient.text.div',
      /onclick/,
    ],
    [
      'a narrative that is not well formed',
      patient({ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>a</div>' } }),
      'Patient.text.div',
      /well-formed/,
    ],
    [
      'an element id used twice',
      patient({
        name: [
          { id: 'a', text: 'x' },
          { id: 'a', text: 'y' },
        ],
      }),
      'Patient.name[1].id',
      /used twice/,
    ],
    [
      'an entry without an identity',
      { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient({ active: true }) }] },
      'Bundle.entry[0]',
      /fullUrl/,
    ],
    [
      'a fullUrl given twice',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [1, 2].map(() => ({
          fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
          resource: patient({ active: true }),
        })),
      },
      'Bundle',
      /bdl-7/,
    ],
    [
      'a link id used twice',
      { resourceType: 'Questionnaire', status: 'draft', item: [1, 2].map(() => ({ linkId: '1', type: 'string' })) },
      'Questionnaire',
      /que-2/,
    ],
    [
      'an error in an entry',
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'POST', url: 'Patient' }, resource: patient({ gender: 'x' }) }],
      },
      'Bundle.entry[0].resource.gender',
      /value set/,
    ],
  ])('%s', (_, resource, expression, text) => {
    const issues = validateResource(resource);
    expect(issues.filter((issue) => (issue.expression ?? '') === expression).map((issue) => issue.text)).toContainEqual(
      expect.stringMatching(text),
    );
  });

  it('refuses 1.0 where a whole number belongs, though its value is whole', () => {
    const resource = parseJson(
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueInteger":1.0}',
    );
    expect(found(resource)).toEqual(['Observation.value: The value must be written as a whole number.']);
  });

  it('stops counting at 200 findings', () => {
    expect(validateResource(patient({ name: Array.from({ length: 500 }, () => ({ nick: 'x' })) }))).toHaveLength(200);
  });
});

describe('options', () => {
  it('restReferences lets the text of a reference show the type of its target', () => {
    const resource = observation({ subject: { reference: 'Practitioner/1' } });
    expect(validateResource(resource)).toEqual([]);
    expect(validateResource(resource, { restReferences: true })[0]?.text).toContain('may not point to a Practitioner');
  });

  it('strict judges codes and displays of the code systems that R4 publishes', () => {
    const coding = (code: string, display: string): object =>
      observation({
        category: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code, display }] },
        ],
      });
    expect(validateResource(coding('laboratory', 'laboratory'), { strict: true })).toEqual([]);
    expect(validateResource(coding('laboratory', 'Kitchen'), { strict: true })[0]?.expression).toBe(
      'Observation.category[0].coding[0].display',
    );
    expect(validateResource(coding('kitchen', 'Kitchen'), { strict: true })[0]?.expression).toBe(
      'Observation.category[0].coding[0].code',
    );
    expect(validateResource(coding('kitchen', 'Kitchen'))).toEqual([]);
  });

  it('isUnknownExtensionRefused decides about extensions without a definition', () => {
    const resource = patient({ extension: [{ url: 'http://example.org/unknown', valueInteger: 1 }] });
    expect(validateResource(resource, { isUnknownExtensionRefused: () => true })[0]?.expression).toBe(
      'Patient.extension[0]',
    );
  });
});
