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
    ['two resources in one place', inFhir('Patient', '<contained><Basic/><Basic/></contained>'), /exactly one/],
    ['an empty document', '', /cannot be read/],
  ])('refuses %s', (_, xml, reason) => {
    expect(() => xmlToResource(xml)).toThrow(reason);
    expect(() => xmlToResource(xml)).toThrow(AppError);
  });

  it('takes elements in any order when it is told to', () => {
    expect(
      xmlToResource(inFhir('Patient', '<gender value="male"/><active value="true"/>'), { anyOrder: true }),
    ).toMatchObject({ gender: 'male', active: true });
  });
});
