import type { LocalText } from '#platform/i18n';
import conditionFile from './data/conditions.json' with { type: 'json' };
import districtFile from './data/districts.json' with { type: 'json' };
import facilityFile from './data/facilities.json' with { type: 'json' };
import medicineFile from './data/medicines.json' with { type: 'json' };
import nameFile from './data/names.json' with { type: 'json' };
import observationFile from './data/observations.json' with { type: 'json' };
import placeFile from './data/places.json' with { type: 'json' };

export type Sex = 'male' | 'female';

export type Region = LocalText & { readonly code: string };

export type District = {
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly kind: 'city' | 'rayon';
  readonly ru: string;
  readonly en: string;
  readonly populationThousand: number;
  readonly localCode?: boolean;
};

export type CityDistrict = {
  readonly code: string;
  readonly city: string;
  readonly name: string;
  readonly ru: string;
  readonly en: string;
  readonly weight: number;
};

export type CodedText = LocalText & { readonly code: string };

export type AcuteCondition = CodedText & {
  readonly ages: readonly [from: number, to: number];
  readonly weight: number;
  readonly sex?: Sex;
};

export type ChronicCondition = CodedText & {
  readonly speciality: string;
  readonly dispensaryGroup: string;
  /** Share of people who have it by an age, as rising points. */
  readonly prevalence: readonly (readonly [age: number, share: number])[];
  readonly medicines: readonly string[];
  readonly panels: readonly string[];
  readonly sex?: Sex;
};

export type Medicine = LocalText & {
  readonly key: string;
  readonly atc: string;
  readonly form: string;
  readonly strength: string;
  readonly dose: string;
  readonly timesPerDay: number;
};

export type ReferenceRange = {
  readonly sex?: Sex;
  readonly fromYears?: number;
  readonly toYears?: number;
  readonly low?: number;
  readonly high?: number;
};

export type ObservationKind = LocalText & {
  readonly key: string;
  readonly loinc: string;
  readonly category: 'vital-signs' | 'laboratory' | 'exam' | 'social-history';
  readonly unit: string;
  readonly ucum: string;
  readonly decimals: number;
  readonly mean: number;
  readonly deviation: number;
  readonly meanFemale?: number;
  readonly min: number;
  readonly max: number;
  readonly ranges: readonly ReferenceRange[];
  /** Mean under a disease, before and under treatment, by ICD-10 code. */
  readonly under?: Readonly<Record<string, readonly [untreated: number, treated: number]>>;
};

export type FacilityType = CodedText & { readonly staff: readonly string[] };
export type StaffKind = CodedText & { readonly role: string; readonly female: number };
export type National = CodedText & { readonly type: string; readonly owner: string; readonly partOf?: string };

// JSON modules widen literals to string and tuples to arrays; the tests of this part check the files against these types.
const typed = <Type>(value: unknown): Type => value as Type;

export const regions = typed<readonly Region[]>(districtFile.regions);
export const districts = typed<readonly District[]>(districtFile.districts);
export const cityDistricts = typed<readonly CityDistrict[]>(districtFile.cityDistricts);
export const names = typed<{ male: readonly string[]; female: readonly string[]; surnames: readonly string[] }>(
  nameFile,
);
export const places = typed<{
  streets: readonly string[];
  villages: readonly string[];
  returnDistricts: readonly string[];
}>(placeFile);
export const acuteConditions = typed<readonly AcuteCondition[]>(conditionFile.acute);
export const chronicConditions = typed<readonly ChronicCondition[]>(conditionFile.chronic);
export const specialConditions = typed<readonly CodedText[]>(conditionFile.special);
export const medicines = typed<readonly Medicine[]>(medicineFile.medicines);
export const observationKinds = typed<readonly ObservationKind[]>(observationFile.observations);
export const panels = typed<Readonly<Record<string, readonly string[]>>>(observationFile.panels);
export const facilityTypes = typed<readonly FacilityType[]>(facilityFile.types);
export const staffKinds = typed<readonly StaffKind[]>(facilityFile.staff);
export const staffRoles = typed<readonly CodedText[]>(facilityFile.roles);
export const owners = typed<readonly CodedText[]>(facilityFile.owners);
export const nationalBodies = typed<readonly National[]>(facilityFile.national);

/** The item of a list by its code; a code the data do not have is a fault of the data. */
export function byCode<Item extends { readonly code: string }>(items: readonly Item[], code: string): Item {
  const item = items.find((candidate) => candidate.code === code);
  if (item === undefined) throw new TypeError(`The data of the seed country have no ${code}`);
  return item;
}
