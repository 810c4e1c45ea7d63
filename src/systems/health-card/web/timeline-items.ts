import type {
  CodeableConcept,
  Condition,
  DiagnosticReport,
  DocumentReference,
  Encounter,
  Immunization,
  MedicationRequest,
  Procedure,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { languageOf } from '#platform/wording';
import { onsetOf } from '../domain/problems.ts';

export type TimelineKind =
  | 'encounter'
  | 'problem'
  | 'procedure'
  | 'immunization'
  | 'medication'
  | 'report'
  | 'document';

/** One event of a person's history, as plain data. */
export type TimelineItem = {
  readonly id: string;
  readonly type: Resource['resourceType'];
  readonly kind: TimelineKind;
  readonly date: string | undefined;
  readonly concept: CodeableConcept | undefined;
  readonly language: string;
  /** Encounter class, which names the kind of visit. */
  readonly visitClass: string | undefined;
  readonly reasons: readonly CodeableConcept[];
  readonly place: Reference | undefined;
  /** Refused, cancelled or not done. */
  readonly notDone: boolean;
};

export type TimelineResource =
  | Encounter
  | Condition
  | Procedure
  | Immunization
  | MedicationRequest
  | DiagnosticReport
  | DocumentReference;

const withdrawn = new Set(['entered-in-error', 'not-done', 'cancelled']);

export function toTimelineItem(resource: TimelineResource): TimelineItem {
  const shared = {
    id: resource.id ?? '',
    type: resource.resourceType,
    language: languageOf(resource),
    notDone: 'status' in resource && withdrawn.has(resource.status ?? ''),
    visitClass: undefined,
    reasons: [],
    place: undefined,
  };
  switch (resource.resourceType) {
    case 'Encounter':
      return { ...shared, ...ofEncounter(resource) };
    case 'Condition':
      return { ...shared, kind: 'problem', date: onsetOf(resource), concept: resource.code };
    case 'Procedure':
      return {
        ...shared,
        kind: 'procedure',
        date: dateOfProcedure(resource),
        concept: resource.code,
        reasons: resource.reasonCode ?? [],
      };
    case 'Immunization':
      return { ...shared, kind: 'immunization', date: resource.occurrenceDateTime, concept: resource.vaccineCode };
    case 'MedicationRequest':
      return {
        ...shared,
        kind: 'medication',
        date: resource.authoredOn,
        concept: conceptOfMedicine(resource),
        reasons: resource.reasonCode ?? [],
      };
    case 'DiagnosticReport':
      return { ...shared, kind: 'report', date: dateOfReport(resource), concept: resource.code };
    case 'DocumentReference':
      return { ...shared, kind: 'document', date: resource.date, concept: conceptOfDocument(resource) };
  }
}

function ofEncounter(visit: Encounter) {
  return {
    kind: 'encounter' as const,
    date: visit.period?.start,
    concept: visit.type?.[0],
    visitClass: visit.class?.code,
    reasons: visit.reasonCode ?? [],
    place: visit.serviceProvider,
  };
}

const dateOfProcedure = ({ performedDateTime, performedPeriod }: Procedure): string | undefined =>
  performedDateTime ?? performedPeriod?.start;

const dateOfReport = ({ effectiveDateTime, effectivePeriod, issued }: DiagnosticReport): string | undefined =>
  effectiveDateTime ?? effectivePeriod?.start ?? issued;

const conceptOfMedicine = ({
  medicationCodeableConcept,
  medicationReference,
}: MedicationRequest): CodeableConcept | undefined =>
  medicationCodeableConcept ??
  (medicationReference?.display === undefined ? undefined : { text: medicationReference.display });

const conceptOfDocument = ({ description, type }: DocumentReference): CodeableConcept | undefined =>
  type ?? (description === undefined ? undefined : { text: description });
