import {
  measurements,
  observationPayload,
  observationsPerCode,
  type PatientPlan,
  type Payload,
  type Performers,
  patientPayload,
} from './payloads.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

type Entry = {
  readonly fullUrl: string;
  readonly resource: Payload;
  readonly request: { readonly method: 'POST'; readonly url: string };
};

/** The type of each entry of a chart and how often it occurs: 100 entries. */
export const chartShape = {
  Patient: 1,
  Encounter: 12,
  Condition: 10,
  Observation: measurements.length * observationsPerCode,
  MedicationRequest: 9,
  Procedure: 5,
  Immunization: 3,
} as const;

export const chartSize = Object.values(chartShape).reduce((sum, count) => sum + count, 0);

const snomed = 'http://snomed.info/sct';
const conditions = [
  { code: '38341003', display: 'Hypertensive disorder' },
  { code: '44054006', display: 'Type 2 diabetes mellitus' },
  { code: '195967001', display: 'Asthma' },
  { code: '64859006', display: 'Osteoporosis' },
];
const medicines = [
  { code: '387517004', display: 'Paracetamol' },
  { code: '372567009', display: 'Metformin' },
  { code: '386873009', display: 'Lisinopril' },
];
const procedures = [
  { code: '104001', display: 'Excision of lesion of patella' },
  { code: '29303009', display: 'Electrocardiographic procedure' },
];
const vaccines = [
  { code: '03', display: 'MMR' },
  { code: '20', display: 'DTaP' },
  { code: '08', display: 'Hep B, adolescent or pediatric' },
];

type Draft = {
  readonly random: SeededRandom;
  readonly number: number;
  readonly subject: string;
  readonly performers: Performers;
  readonly encounters: readonly string[];
};

const uuid = (random: SeededRandom): string =>
  `urn:uuid:${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;

const moment = (random: SeededRandom): string =>
  new Date(
    Date.UTC(2020 + random.integer(6), random.integer(12), 1 + random.integer(28), 6 + random.integer(9)),
  ).toISOString();

const coding = (system: string, { code, display }: { code: string; display: string }) => ({
  coding: [{ system, code, display }],
  text: display,
});

/**
 * One person's chart as a transaction of 100 mixed creates, about 120 kB, whose parts point at each other by
 * `urn:uuid`.
 */
export function chartBundle(patient: PatientPlan, performers: Performers): Payload {
  const random = seededRandom(patient.number * 15_485_863 + 3);
  const subject = uuid(random);
  const encounters = Array.from({ length: chartShape.Encounter }, () => uuid(random));
  const draft: Draft = { random, number: patient.number, subject, performers, encounters };
  const entries = [
    toEntry(patientPayload(patient), subject),
    ...encounters.map((address) => toEntry(encounterOf(draft), address)),
    ...repeat(chartShape.Condition, () => conditionOf(draft)),
    ...repeat(chartShape.Observation, (at) => observationOf(draft, at)),
    ...repeat(chartShape.MedicationRequest, () => medicationRequestOf(draft)),
    ...repeat(chartShape.Procedure, () => procedureOf(draft)),
    ...repeat(chartShape.Immunization, () => immunizationOf(draft)),
  ].map((each) => ('fullUrl' in each ? each : toEntry(each, uuid(random))));
  return { resourceType: 'Bundle', type: 'transaction', entry: entries };
}

/** A transaction that creates each of the resources. */
export function creationBundle(resources: readonly Payload[], seed: number): Payload {
  const random = seededRandom(seed);
  return { resourceType: 'Bundle', type: 'transaction', entry: resources.map((each) => toEntry(each, uuid(random))) };
}

function repeat(count: number, make: (at: number) => Payload): Payload[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function toEntry(resource: Payload, fullUrl: string): Entry {
  return { fullUrl, resource, request: { method: 'POST', url: resource.resourceType } };
}

function encounterOf({ random, subject, performers }: Draft): Payload {
  const start = moment(random);
  return {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    type: [coding(snomed, { code: '185349003', display: 'Encounter for check up' })],
    subject: { reference: subject },
    participant: [{ individual: { reference: performers.practitioner } }],
    period: { start, end: new Date(Date.parse(start) + 20 * 60_000).toISOString() },
    serviceProvider: { reference: performers.organization },
  };
}

function conditionOf({ random, subject, encounters }: Draft): Payload {
  const status = (kind: string, code: string) => ({
    coding: [{ system: `http://terminology.hl7.org/CodeSystem/condition-${kind}`, code }],
  });
  return {
    resourceType: 'Condition',
    clinicalStatus: status('clinical', 'active'),
    verificationStatus: status('ver-status', 'confirmed'),
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' }] },
    ],
    code: coding(snomed, random.pick(conditions)),
    subject: { reference: subject },
    encounter: { reference: random.pick(encounters) },
    onsetDateTime: moment(random),
    recordedDate: moment(random),
  };
}

function observationOf({ random, number, subject, performers, encounters }: Draft, at: number): Payload {
  const measurement = measurements[at % measurements.length];
  if (!measurement) throw new RangeError('There is nothing to measure.');
  return observationPayload({
    number: number * chartShape.Observation + at,
    subject,
    performers,
    measurement,
    encounter: random.pick(encounters),
  });
}

function medicationRequestOf({ random, subject, performers, encounters }: Draft): Payload {
  return {
    resourceType: 'MedicationRequest',
    status: random.pick(['active', 'completed']),
    intent: 'order',
    medicationCodeableConcept: coding(snomed, random.pick(medicines)),
    subject: { reference: subject },
    encounter: { reference: random.pick(encounters) },
    authoredOn: moment(random),
    requester: { reference: performers.practitioner },
    dosageInstruction: [
      {
        text: 'One tablet in the morning and one in the evening',
        timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablet' } }],
      },
    ],
  };
}

function procedureOf({ random, subject, encounters }: Draft): Payload {
  return {
    resourceType: 'Procedure',
    status: 'completed',
    code: coding(snomed, random.pick(procedures)),
    subject: { reference: subject },
    encounter: { reference: random.pick(encounters) },
    performedDateTime: moment(random),
  };
}

function immunizationOf({ random, subject, encounters }: Draft): Payload {
  return {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: coding('http://hl7.org/fhir/sid/cvx', random.pick(vaccines)),
    patient: { reference: subject },
    encounter: { reference: random.pick(encounters) },
    occurrenceDateTime: moment(random),
    primarySource: true,
    protocolApplied: [{ doseNumberPositiveInt: 1 + random.integer(3) }],
  };
}
