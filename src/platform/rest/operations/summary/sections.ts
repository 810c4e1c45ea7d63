import { isJsonObject, type JsonObject } from '#platform/fhir';

/** The sections of an International Patient Summary that are filled from the record, in the order they are read. */
export const sectionCodes = {
  alerts: '104605-1',
  allergies: '48765-2',
  problems: '11450-4',
  medications: '10160-0',
  immunizations: '11369-6',
  results: '30954-2',
  vitalSigns: '8716-3',
  procedures: '47519-4',
  devices: '46264-8',
  pregnancy: '10162-6',
  pastProblems: '11348-0',
  socialHistory: '29762-2',
  planOfCare: '18776-5',
  advanceDirectives: '42348-3',
} as const;

export type SectionKey = keyof typeof sectionCodes;

export const sectionKeys = Object.keys(sectionCodes) as SectionKey[]; // as: the keys are these

/** They are there even when nothing is known: IPS, Composition-uv-ips. */
export const requiredSections: ReadonlySet<SectionKey> = new Set(['allergies', 'problems', 'medications']);

/** Sections of which only the last observation of each code is told. */
export const lastOfEachCode: ReadonlySet<SectionKey> = new Set(['results', 'vitalSigns', 'pregnancy', 'socialHistory']);

/** The section a resource is told in; undefined where it is no part of a summary (refuted, entered in error, over). */
export function sectionOf(resource: JsonObject): SectionKey | undefined {
  const { resourceType, status } = resource;
  switch (resourceType) {
    case 'Flag':
      return status === 'active' ? 'alerts' : undefined;
    case 'AllergyIntolerance':
      return isUntrue(resource) || isOver(resource) ? undefined : 'allergies';
    case 'Condition':
      return isUntrue(resource) ? undefined : isOver(resource) ? 'pastProblems' : 'problems';
    case 'MedicationStatement':
      return isOneOf(status, ['active', 'intended', 'on-hold', 'unknown']) ? 'medications' : undefined;
    case 'MedicationRequest':
      return isTaken(resource) ? 'medications' : undefined;
    case 'Immunization':
      return status === 'completed' ? 'immunizations' : undefined;
    case 'Procedure':
      return isOneOf(status, ['completed', 'in-progress']) ? 'procedures' : undefined;
    case 'DeviceUseStatement':
      return isOneOf(status, ['active', 'completed', 'on-hold']) ? 'devices' : undefined;
    case 'DiagnosticReport':
      return isOneOf(status, ['final', 'amended', 'corrected', 'appended', 'partial']) ? 'results' : undefined;
    case 'Observation':
      return isOneOf(status, ['final', 'amended', 'corrected', 'preliminary'])
        ? observationSection(resource)
        : undefined;
    case 'CarePlan':
      return status === 'active' ? 'planOfCare' : undefined;
    case 'Consent':
      return status === 'active' && codesOf(resource['scope']).includes('adr') ? 'advanceDirectives' : undefined;
    default:
      return undefined;
  }
}

function isTaken({ status, intent, doNotPerform }: JsonObject): boolean {
  return isOneOf(status, ['active', 'on-hold']) && intent !== 'proposal' && doNotPerform !== true;
}

function isUntrue({ verificationStatus }: JsonObject): boolean {
  const codes = codesOf(verificationStatus);
  return codes.includes('refuted') || codes.includes('entered-in-error');
}

function isOver({ clinicalStatus, ...others }: JsonObject): boolean {
  const codes = codesOf(clinicalStatus);
  const hasEnded = Object.keys(others).some((name) => name.startsWith('abatement'));
  return codes.some((code) => ['inactive', 'remission', 'resolved'].includes(code)) || (codes.length === 0 && hasEnded);
}

/** Status of a pregnancy, expected date of delivery by several ways, and counts of earlier ones: LOINC. */
const pregnancyCodes: ReadonlySet<string> = new Set([
  '82810-3',
  '11778-8',
  '11779-6',
  '11780-4',
  '11612-9',
  '11613-7',
  '11614-5',
  '11636-8',
  '11637-6',
  '11638-4',
  '11639-2',
  '11640-0',
  '33065-4',
]);

const byCategory: Readonly<Record<string, SectionKey>> = {
  laboratory: 'results',
  imaging: 'results',
  procedure: 'results',
  'vital-signs': 'vitalSigns',
  'social-history': 'socialHistory',
};

function observationSection({ code, category }: JsonObject): SectionKey | undefined {
  if (codesOf(code).some((each) => pregnancyCodes.has(each))) {
    return 'pregnancy';
  }
  const categories = Array.isArray(category) ? category.flatMap(codesOf) : [];
  return categories.map((each) => byCategory[each]).find((each) => each !== undefined);
}

function codesOf(concept: unknown): string[] {
  const coding = isJsonObject(concept) && Array.isArray(concept['coding']) ? concept['coding'] : [];
  return coding.filter(isJsonObject).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}

function isOneOf(status: unknown, wanted: readonly string[]): boolean {
  return typeof status === 'string' && wanted.includes(status);
}
