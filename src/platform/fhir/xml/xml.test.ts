import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { parseJson } from '../json/parse-json.ts';
import { stringifyJson } from '../json/stringify-json.ts';
import { validateResource } from '../validation/validate-resource.ts';
import { resourceToXml } from './resource-to-xml.ts';
import { xmlToResource } from './xml-to-resource.ts';

const inFhir = (name: string, content: string): string => `<${name} xmlns="http://hl7.org/fhir">${content}</${name}>`;

describe('FHIR XML and JSON', () => {
  it.each([
    [
      'a decimal as it was written',
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}',
    ],
    [
      'an extension of a primitive',
      '{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"http://e.org/x","valueString":"y"}]}}',
    ],
    [
      'gaps in a list',
      '{"resourceType":"Patient","name":[{"given":["A",null,"C"],"_given":[null,{"extension":[{"url":"http://e.org/x","valueCode":"y"}]},null]}]}',
    ],
    [
      'a value that is only an extension',
      '{"resourceType":"Patient","_gender":{"extension":[{"url":"http://e.org/x","valueCode":"y"}]}}',
    ],
    [
      'contained resources',
      '{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],"status":"final"}',
    ],
    [
      'a narrative',
      '{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>a &amp; b<br/>ə</p></div>"}}',
    ],
    ['line ends, quotes and signs', '{"resourceType":"Patient","name":[{"text":"a\\n\\t\\"<&>\\u0027 ə"}]}'],
    ['numbers and booleans', '{"resourceType":"Patient","active":true,"multipleBirthInteger":2}'],
    [
      'entries of a bundle',
      '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"a"}}]}',
    ],
  ])('carry %s', (_, json) => {
    expect(stringifyJson(xmlToResource(resourceToXml(parseJson(json))))).toBe(json.replace('\\u0027', "'"));
  });

  it('drops comments, declarations and the byte order mark', () => {
    expect(
      xmlToResource(`\uFEFF<?xml version="1.0"?><!-- a -->${inFhir('Patient', '<!-- b --><active value="true"/>')}`),
    ).toEqual({ resourceType: 'Patient', active: true });
  });

  it('leaves what it does not know for validation to name', () => {
    const resource = xmlToResource(inFhir('Patient', '<shoe value="43"/>'));
    expect(validateResource(resource)[0]?.expression).toBe('Patient.shoe');
  });

  it('leaves a repeated element for validation to name', () => {
    const resource = xmlToResource(inFhir('Patient', '<gender value="male"/><gender value="female"/>'));
    expect(validateResource(resource)[0]?.expression).toBe('Patient.gender');
  });

  it.each([
    [
      'a document type, and with it entities',
      `<!DOCTYPE Patient [<!ENTITY a "b">]>${inFhir('Patient', '')}`,
      /document type declaration/,
    ],
    ['an unknown entity', inFhir('Patient', '<name><text value="&nbsp;"/></name>'), /entity/],
    ['what is not well formed', inFhir('Patient', '<name>'), /cannot be read/],
    ['text between elements', inFhir('Patient', 'hello'), /text is not allowed/],
    ['another namespace', '<Patient xmlns="urn:other"/>', /namespace/],
    ['another kind of document', inFhir('ClinicalDocument', ''), /no R4 resource type/],
    ['elements out of order', inFhir('Patient', '<gender value="male"/><active value="true"/>'), /order/],
    ['too much depth', inFhir('Patient', `${'<contact>'.repeat(120)}${'</contact>'.repeat(120)}`), /deeper than 100/],
    ['another encoding', `<?xml version="1.0" encoding="windows-1251"?>${inFhir('Patient', '')}`, /UTF-8/],
    ['a resource within that has no type of R4', inFhir('Patient', '<contained><Shoe/></contained>'), /no R4 resource/],
    ['an empty place for a resource', inFhir('Patient', '<contained/>'), /exactly one/],
    [
      'a million entities',
      `<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${inFhir('Patient', '&b;')}`,
      /declaration/,
    ],
    ['a character XML does not have', inFhir('Patient', '<name><text value="&#0;"/></name>'), /cannot be read/],
    ['an attribute given twice', inFhir('Patient', '<active value="true" value="false"/>'), /cannot be read/],
    ['two resources in one place', inFhir('Patient', '<contained><Basic/><Basic/></contained>'), /exactly one/],
    ['an empty document', '', /cannot be read/],
  ])('refuses %s', (_, xml, reason) => {
    expect(() => xmlToResource(xml)).toThrow(reason);
    expect(() => xmlToResource(xml)).toThrow(AppError);
  });

  it.each([
    ['Patient.contact[1].name', '<contact/><contact><name xmlns="urn:other"/></contact>'],
    ['Patient.name[0].given[1]', '<name><given value="a"/><given>b</given></name>'],
    [
      'Patient.contained[1].active',
      '<contained><Basic/></contained><contained><Patient><gender/><active/></Patient></contained>',
    ],
  ])('names the element of a refusal: %s', (expression, content) => {
    expect(() => xmlToResource(inFhir('Patient', content))).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ expression })] }),
    );
  });

  it('takes only an attribute without a prefix for the value', () => {
    const resource = xmlToResource(
      `<Patient xmlns="http://hl7.org/fhir" xmlns:o="urn:o"><gender o:value="male"/></Patient>`,
    );
    expect(validateResource(resource).map(({ expression }) => expression)).toContain('Patient.gender');
  });

  it('takes prefixes for namespaces, in narratives too', () => {
    const xml =
      '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text><f:status value="generated"/>' +
      '<h:div><h:p class="a&quot;">x &amp; 🙂 y<h:br/></h:p></h:div></f:text><f:active value="true"/></f:Patient>';
    expect(xmlToResource(xml)).toEqual({
      resourceType: 'Patient',
      text: {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a&quot;">x &amp; 🙂 y<br/></p></div>',
      },
      active: true,
    });
  });

  it('keeps a narrative behind characters of two units as it stands', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><!-- 🙂 --><p>ə\n🙂</p ></div>';
    const xml = inFhir('Patient', `<!-- 🙂🙂 --><text><status value="generated"/>${div}</text>`);
    expect(xmlToResource(xml)).toMatchObject({ text: { div } });
  });

  it('writes a line for each element when it is told to, and leaves narratives alone', () => {
    const json =
      '{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>a</p></div>"},"contained":[{"resourceType":"Basic"}]}';
    expect(resourceToXml(parseJson(json), { pretty: true }).split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<Patient xmlns="http://hl7.org/fhir">',
      '  <id value="a"/>',
      '  <text>',
      '    <status value="generated"/>',
      '    <div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div>',
      '  </text>',
      '  <contained>',
      '    <Basic/>',
      '  </contained>',
      '</Patient>',
      '',
    ]);
  });

  it('names a character that XML cannot hold', () => {
    const resource = { resourceType: 'Patient', name: [{ text: 'a\uFFFEb' }] };
    expect(() => resourceToXml(resource)).toThrow(expect.objectContaining({ code: 'fhir.not-in-xml' }));
  });

  it('takes elements in any order when it is told to', () => {
    expect(
      xmlToResource(inFhir('Patient', '<gender value="male"/><active value="true"/>'), { anyOrder: true }),
    ).toMatchObject({ gender: 'male', active: true });
  });
});
