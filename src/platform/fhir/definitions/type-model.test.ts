import { describe, expect, it } from 'vitest';
import { findType, isKindOf, isResourceType, resourceTypes } from './type-model.ts';

describe('types of R4', () => {
  it('are the 146 resources that can be stored', () => {
    expect(resourceTypes).toHaveLength(146);
    expect(isResourceType('Patient')).toBe(true);
    expect(isResourceType('DomainResource')).toBe(false);
    expect(isResourceType('SubscriptionStatus')).toBe(false);
  });

  it.each([
    ['Meta', 'project'],
    ['ResearchStudy', 'label'],
    ['Binary', 'url'],
    ['HealthcareService', 'offeredIn'],
    ['ObservationDefinition', 'publisher'],
    ['EvidenceVariable.characteristic', 'definitionByCombination'],
  ])('%s has no element %s, which later versions or other products add', (type, element) => {
    expect(findType(type)?.properties.has(element)).toBe(false);
  });

  it.each([
    ['EvidenceVariable.characteristic', 'definitionExpression', 'Expression'],
    ['EvidenceVariable.characteristic', 'groupMeasure', 'code'],
    ['Observation', 'valueQuantity', 'Quantity'],
    ['Patient', 'contact', 'Patient.contact'],
    ['Bundle.entry', 'link', 'Bundle.link'],
    ['Questionnaire.item', 'item', 'Questionnaire.item'],
    ['Patient', 'id', 'id'],
    ['MedicationRequest.dispenseRequest', 'quantity', 'Quantity'],
  ])('%s.%s is a %s', (type, element, expected) => {
    expect(findType(type)?.properties.get(element)?.typeName).toBe(expected);
  });

  it('keeps the bindings of 4.0.1', () => {
    expect(findType('DetectedIssue')?.properties.get('status')?.element.requiredValueSet).toBe(
      'http://hl7.org/fhir/ValueSet/observation-status',
    );
  });

  it('puts inherited elements first, as XML wants them', () => {
    expect(
      findType('Patient')
        ?.elements.slice(0, 9)
        .map((element) => element.name),
    ).toEqual([
      'id',
      'meta',
      'implicitRules',
      'language',
      'text',
      'contained',
      'extension',
      'modifierExtension',
      'identifier',
    ]);
  });

  it('knows what a type is built on', () => {
    expect(isKindOf(findType('Age'), 'Quantity')).toBe(true);
    expect(isKindOf(findType('Age'), 'Period')).toBe(false);
  });
});
