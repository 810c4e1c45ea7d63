import { describe, expect, it } from 'vitest';
import { findMessageFaults } from '#platform/i18n';
import { chooseEntries } from './compose-summary.ts';
import { sectionOf } from './sections.ts';
import { texts, titles } from './texts.ts';

const coded = (code: string, system = 'urn:x') => ({ coding: [{ system, code }] });

describe('the section of a resource', () => {
  it.each<[string, object, string | undefined]>([
    ['an active condition', { resourceType: 'Condition', clinicalStatus: coded('active') }, 'problems'],
    ['a condition of unknown state', { resourceType: 'Condition' }, 'problems'],
    ['a condition that has ended', { resourceType: 'Condition', abatementDateTime: '2020' }, 'pastProblems'],
    ['a resolved condition', { resourceType: 'Condition', clinicalStatus: coded('resolved') }, 'pastProblems'],
    [
      'a relapse',
      { resourceType: 'Condition', clinicalStatus: coded('relapse'), abatementDateTime: '2020' },
      'problems',
    ],
    ['a refuted condition', { resourceType: 'Condition', verificationStatus: coded('refuted') }, undefined],
    ['an allergy', { resourceType: 'AllergyIntolerance', clinicalStatus: coded('active') }, 'allergies'],
    ['an allergy that is over', { resourceType: 'AllergyIntolerance', clinicalStatus: coded('resolved') }, undefined],
    ['an error', { resourceType: 'AllergyIntolerance', verificationStatus: coded('entered-in-error') }, undefined],
    ['a prescription', { resourceType: 'MedicationRequest', status: 'active', intent: 'order' }, 'medications'],
    [
      'what shall not be given',
      { resourceType: 'MedicationRequest', status: 'active', intent: 'order', doNotPerform: true },
      undefined,
    ],
    ['a proposal', { resourceType: 'MedicationRequest', status: 'active', intent: 'proposal' }, undefined],
    ['a finished course', { resourceType: 'MedicationStatement', status: 'completed' }, undefined],
    ['a vaccination', { resourceType: 'Immunization', status: 'completed' }, 'immunizations'],
    ['a vaccination that was not done', { resourceType: 'Immunization', status: 'not-done' }, undefined],
    ['a result', { resourceType: 'Observation', status: 'final', category: [coded('laboratory')] }, 'results'],
    [
      'a cancelled result',
      { resourceType: 'Observation', status: 'cancelled', category: [coded('laboratory')] },
      undefined,
    ],
    ['a pregnancy', { resourceType: 'Observation', status: 'final', code: coded('82810-3') }, 'pregnancy'],
    ['a survey', { resourceType: 'Observation', status: 'final', category: [coded('survey')] }, undefined],
    ['a directive', { resourceType: 'Consent', status: 'active', scope: coded('adr') }, 'advanceDirectives'],
    ['a consent to share', { resourceType: 'Consent', status: 'active', scope: coded('patient-privacy') }, undefined],
    ['a visit', { resourceType: 'Encounter', status: 'finished' }, undefined],
  ])('%s', (_, resource, wanted) => {
    expect(sectionOf({ ...resource })).toBe(wanted);
  });

  it('is told the most recent first, and of observations the last of each code', () => {
    const observation = (code: string, effectiveDateTime: string) => ({
      resourceType: 'Observation',
      status: 'final',
      category: [coded('vital-signs')],
      code: coded(code),
      effectiveDateTime,
    });
    const all = [observation('a', '2020'), observation('b', '2021'), observation('a', '2022-02-02')];
    const chosen = chooseEntries(all.map((resource, at) => ({ address: String(at), resource })));
    expect(chosen.get('vitalSigns')?.map(({ address }) => address)).toEqual(['2', '1']);
    expect([...chosen.keys()]).toEqual(['allergies', 'problems', 'medications', 'vitalSigns']);
  });
});

it('has all texts in all languages', () => {
  expect([findMessageFaults(titles), findMessageFaults(texts)]).toEqual([[], []]);
});
