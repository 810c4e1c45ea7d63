import type {
  CodeableConcept,
  Dosage,
  Medication,
  MedicationRequest,
  MedicationStatement,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { conceptKey, languageOf } from '#platform/wording';
import { timeOf } from './results.ts';

export type MedicineRecord = MedicationRequest | MedicationStatement;

/** A medicine somebody takes or took, whoever wrote it down. */
export type Medicine = {
  readonly id: string;
  readonly source: MedicineRecord['resourceType'];
  readonly concept: CodeableConcept | undefined;
  /** The words of a reference where the medicine itself is not at hand. */
  readonly label: string | undefined;
  readonly language: string;
  readonly status: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly dosage: readonly Dosage[];
  readonly author: Reference | undefined;
  readonly reasons: readonly CodeableConcept[];
  /** Problems it is taken for, as references. */
  readonly reasonReferences: readonly string[];
};

/** `others` are resources that came along, among them the medicines that are referred to. */
export function toMedicine(record: MedicineRecord, others: readonly Resource[]): Medicine {
  const medication = medicationOf(record, others);
  const shared = {
    id: record.id ?? '',
    source: record.resourceType,
    concept: record.medicationCodeableConcept ?? medication?.code,
    label: record.medicationReference?.display,
    language: languageOf(record),
    status: record.status ?? 'unknown',
    reasons: record.reasonCode ?? [],
    reasonReferences: record.reasonReference?.flatMap(({ reference }) => reference ?? []) ?? [],
  };
  if (record.resourceType === 'MedicationRequest') {
    return {
      ...shared,
      since: record.authoredOn,
      until: record.dispenseRequest?.validityPeriod?.end,
      dosage: record.dosageInstruction ?? [],
      author: record.requester,
    };
  }
  return {
    ...shared,
    since: record.effectivePeriod?.start ?? record.effectiveDateTime ?? record.dateAsserted,
    until: record.effectivePeriod?.end,
    dosage: record.dosage ?? [],
    author: record.informationSource,
  };
}

function medicationOf(record: MedicineRecord, others: readonly Resource[]): Medication | undefined {
  const reference = record.medicationReference?.reference;
  if (reference === undefined) return undefined;
  const candidates = [...(record.contained ?? []), ...others];
  return candidates.find(
    (resource): resource is Medication =>
      resource.resourceType === 'Medication' &&
      (reference === `#${resource.id}` || reference === `Medication/${resource.id}`),
  );
}

const takenNow = ['active', 'on-hold', 'intended'];

export const isCurrent = ({ status }: Medicine): boolean => takenNow.includes(status);

export type MedicineList = { readonly current: readonly Medicine[]; readonly past: readonly Medicine[] };

/** Present and past medicines, newest first, without what was entered in error or never signed. */
export function toMedicineList(medicines: readonly Medicine[]): MedicineList {
  const standing = medicines
    .filter(({ status }) => status !== 'entered-in-error' && status !== 'draft')
    .toSorted((a, b) => timeOf(b.since) - timeOf(a.since));
  return { current: standing.filter(isCurrent), past: standing.filter((medicine) => !isCurrent(medicine)) };
}

/** One line per medicine: the newest record of it, since it says the present dose. Expects newest first. */
export function distinctMedicines(medicines: readonly Medicine[]): Medicine[] {
  const seen = new Set<string>();
  return medicines.filter((medicine) => {
    const key = conceptKey(medicine.concept) || (medicine.label ?? medicine.id);
    return !seen.has(key) && seen.add(key);
  });
}
