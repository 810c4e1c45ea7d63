import type { CodeableConcept, Coding, Extension } from '@medplum/fhirtypes';
import type { LocalText } from '#platform/i18n';
import { fatherNameUrl } from '#platform/names';

const own = 'https://vsis.az/fhir';

/** Code systems and extensions of the seed country that are not identifiers. */
export const codeSystems = {
  district: `${own}/CodeSystem/district`,
  facilityOwner: `${own}/CodeSystem/facility-owner`,
  facilityType: `${own}/CodeSystem/facility-type`,
  staffRole: `${own}/CodeSystem/staff-role`,
  speciality: `${own}/CodeSystem/speciality`,
  encounterType: `${own}/CodeSystem/encounter-type`,
  allergen: `${own}/CodeSystem/allergen`,
  bloodGroup: `${own}/CodeSystem/blood-group`,
  result: `${own}/CodeSystem/result`,
  procedure: `${own}/CodeSystem/procedure`,
  documentType: `${own}/CodeSystem/document-type`,
  disease: `${own}/CodeSystem/target-disease`,
  immunisationRefusal: `${own}/CodeSystem/immunisation-refusal`,
  dispensaryGroup: `${own}/CodeSystem/dispensary-group`,
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
  atc: 'http://www.whocc.no/atc',
  cvx: 'http://hl7.org/fhir/sid/cvx',
} as const;

export const extensionUrls = {
  /** HumanName: the father's given name, without oğlu or qızı. */
  fatherName: fatherNameUrl,
  /** Address: `residence` (where the person lives) or `registration` (where the state has the person registered). */
  addressKind: `${own}/StructureDefinition/address-kind`,
  /** Address: the coded district. */
  addressDistrict: `${own}/StructureDefinition/address-district`,
  /** Organization: who owns the facility; it decides reporting lines. */
  facilityOwner: `${own}/StructureDefinition/facility-owner`,
  /** Condition: the group of dispensary observation. */
  dispensaryGroup: `${own}/StructureDefinition/dispensary-group`,
} as const;

const translationUrl = 'http://hl7.org/fhir/StructureDefinition/translation';

const translation = (language: string, text: string): Extension => ({
  url: translationUrl,
  extension: [
    { url: 'lang', valueCode: language },
    { url: 'content', valueString: text },
  ],
});

/** A coding whose display is Azerbaijani and carries Russian and English by the standard translation extension. */
export type TranslatedCoding = Coding & { readonly _display: { readonly extension: Extension[] } };

export const translatedCoding = (system: string, code: string, text: LocalText): TranslatedCoding => ({
  system,
  code,
  display: text.az,
  _display: { extension: [translation('ru', text.ru), translation('en', text.en)] },
});

/** Made once per code and shared by every resource that says it. */
export const concept = (system: string, code: string, text: LocalText): CodeableConcept => ({
  coding: [translatedCoding(system, code, text)],
});

/** A concept of an HL7 code system whose codes speak for themselves to programs; people read our own texts. */
export const plainConcept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });
