import type { CodeableConcept, Condition } from '@medplum/fhirtypes';
import { type Day, toIsoDate } from '#platform/days';
import { codeSystems, concept, extensionUrls, plainConcept, translatedCoding } from '../codes.ts';
import { acuteConditions, type CodedText, chronicConditions, specialConditions } from '../world-data.ts';
import type { Visit } from './encounters.ts';
import type { History } from './history.ts';

const clinicalSystem = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const active = plainConcept(clinicalSystem, 'active');
const resolved = plainConcept(clinicalSystem, 'resolved');
const confirmed = plainConcept('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed');
const categorySystem = 'http://terminology.hl7.org/CodeSystem/condition-category';
const problem = [plainConcept(categorySystem, 'problem-list-item')];
const diagnosis = [plainConcept(categorySystem, 'encounter-diagnosis')];

const groups = [
  { code: 'D1', az: 'D-I (sağlam)', ru: 'Д-I (здоров)', en: 'D-I (healthy)' },
  { code: 'D2', az: 'D-II (risk qrupu)', ru: 'Д-II (группа риска)', en: 'D-II (at risk)' },
  { code: 'D3', az: 'D-III (xroniki xəstə)', ru: 'Д-III (хронический больной)', en: 'D-III (long-term illness)' },
];
const groupCodings = new Map(
  groups.map((group) => [group.code, translatedCoding(codeSystems.dispensaryGroup, group.code, group)]),
);

const all: readonly CodedText[] = [...acuteConditions, ...chronicConditions, ...specialConditions];
const concepts = new Map(
  all.map((condition) => [condition.code, concept(codeSystems.icd10, condition.code, condition)]),
);
const texts = new Map(all.map((condition) => [condition.code, condition]));

/** The shared concept of an ICD-10 code of the seed country. */
export function diseaseConcept(code: string): CodeableConcept {
  const found = concepts.get(code);
  if (found === undefined) throw new TypeError(`The seed country has no disease ${code}`);
  return found;
}

/** The Azerbaijani name of a disease, as a doctor writes it in a document. */
export const diseaseName = (code: string): string => texts.get(code)?.az ?? code;

export type ConditionRequest = {
  readonly code: string;
  readonly onset: Day;
  readonly recorded: Day;
  readonly chronic: boolean;
  readonly visit?: Visit;
  readonly abatement?: Day;
  readonly dispensaryGroup?: string;
};

/** Diagnoses that only a treating specialist and the person see: psychiatry, tuberculosis. */
const confidential = /^(?:F|A15)/;
const restricted = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

/** Adds a diagnosis to the record and answers with a reference to it. */
export function addCondition(history: History, request: ConditionRequest): { reference: string } {
  const id = history.nextId('c');
  const group = request.dispensaryGroup === undefined ? undefined : groupCodings.get(request.dispensaryGroup);
  const condition: Condition & { id: string } = {
    resourceType: 'Condition',
    id,
    ...(confidential.test(request.code) ? { meta: restricted } : {}),
    ...(group === undefined ? {} : { extension: [{ url: extensionUrls.dispensaryGroup, valueCoding: group }] }),
    clinicalStatus: request.abatement === undefined ? active : resolved,
    verificationStatus: confirmed,
    category: request.chronic ? problem : diagnosis,
    code: diseaseConcept(request.code),
    subject: history.subject,
    ...(request.visit === undefined ? {} : { encounter: request.visit.reference }),
    onsetDateTime: toIsoDate(request.onset),
    ...(request.abatement === undefined ? {} : { abatementDateTime: toIsoDate(request.abatement) }),
    recordedDate: toIsoDate(request.recorded),
    recorder: (request.visit?.staff ?? history.person.doctor).reference,
  };
  history.resources.push(condition);
  return { reference: `Condition/${id}` };
}
