/**
 * What the synthetic resources look like and what they are found by. Texts hold places like `«code»`, filled by the
 * columns of `facts` in synthetic-rows.ts. The number of keys per type is that which `indexEntriesOf` gives for
 * Synthea's resources (Observation 26, Encounter 23, Condition 22, MedicationRequest 21).
 */
export type ResourceTemplate = {
  readonly type: string;
  /** Of a patient's 99 resources beside the Patient itself those numbered from here to below there; see `facts`. */
  readonly slots: readonly [from: number, to: number];
  /** Texts whose hashes are keys, without the type. */
  readonly keys: readonly string[];
  /** Parameters with the hash they refer to: `patient_self`, `encounter_self` or `practitioner_self`. */
  readonly references: readonly (readonly [parameter: string, target: string])[];
  /** The text that stands for the first coding of the leading coded parameter. */
  readonly lead?: string;
  /** Those of the keys that are of identifiers. */
  readonly identifiers: readonly string[];
  readonly strings: readonly string[];
  readonly label?: string;
  /** Parameters that have an entry for the value in `record.range_entry`. */
  readonly ranges: readonly string[];
  readonly content: object;
};

const present = (...parameters: string[]): string[] => parameters.map((each) => `${each}?`);
const token = (parameter: string, system: string, code: string): string[] => [
  `${parameter}=${system}|${code}`,
  `${parameter}=${code}`,
  `${parameter}=${system}|`,
];

const loinc = 'http://loinc.org';
const snomed = 'http://snomed.info/sct';
const meta = { versionId: '1', lastUpdated: '«moment»' };
const subject = { reference: 'Patient/«patient_id»' };
const encounter = { reference: 'Encounter/«encounter_id»' };
const practitioner = { reference: 'Practitioner/practitioner-«practitioner»', display: 'Dr. Bench Practitioner' };
const quantity = (value: string) => ({ value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' });
const concept = (system: string, code: string, display: string) => ({
  coding: [{ system, code, display }],
  text: display,
});

const observation: ResourceTemplate = {
  type: 'Observation',
  slots: [0, 70],
  keys: [
    ...present('status', 'category', 'code', 'combo-code', 'subject', 'patient', 'encounter', 'performer', 'date'),
    ...present('value-quantity', 'combo-value-quantity'),
    ...token('status', 'http://hl7.org/fhir/observation-status', 'final'),
    ...token('category', 'http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory'),
    ...token('code', loinc, '«code»'),
    ...token('combo-code', loinc, '«code»'),
  ],
  references: [
    ['subject', 'patient_self'],
    ['patient', 'patient_self'],
    ['encounter', 'encounter_self'],
    ['performer', 'practitioner_self'],
  ],
  lead: `code=${loinc}|«code»`,
  identifiers: [],
  strings: ['category:text=laboratory', 'code:text=laboratory measurement «code»'],
  ranges: ['value-quantity', 'combo-value-quantity'],
  content: {
    resourceType: 'Observation',
    id: '«id»',
    meta,
    status: 'final',
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory', 'Laboratory')],
    code: concept(loinc, '«code»', 'Laboratory measurement «code»'),
    subject,
    encounter,
    effectiveDateTime: '«moment»',
    issued: '«moment»',
    performer: [practitioner],
    valueQuantity: quantity('«value»'),
    interpretation: [
      concept('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', 'N', 'Normal within the range'),
    ],
    referenceRange: [
      {
        low: quantity('20'),
        high: quantity('480'),
        type: concept('http://terminology.hl7.org/CodeSystem/referencerange-meaning', 'normal', 'Normal Range'),
        text: '20 to 480 mg/dL of the laboratory that measured',
      },
    ],
  },
};

const encounterTemplate: ResourceTemplate = {
  type: 'Encounter',
  slots: [70, 84],
  keys: [
    ...present('status', 'class', 'type', 'identifier', 'subject', 'patient', 'participant', 'date', 'reason-code'),
    ...token('status', 'http://hl7.org/fhir/encounter-status', 'finished'),
    ...token('class', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'AMB'),
    ...token('type', snomed, '«code»'),
  ],
  references: [
    ['subject', 'patient_self'],
    ['patient', 'patient_self'],
    ['participant', 'practitioner_self'],
  ],
  lead: `type=${snomed}|«code»`,
  identifiers: ['identifier=urn:bench:visit|«number»', 'identifier=«number»'],
  strings: ['type:text=encounter of kind «code»'],
  ranges: [],
  content: {
    resourceType: 'Encounter',
    id: '«id»',
    meta,
    identifier: [{ use: 'official', system: 'urn:bench:visit', value: '«number»' }],
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    type: [concept(snomed, '«code»', 'Encounter of kind «code»')],
    subject,
    participant: [{ individual: practitioner, period: { start: '«moment»', end: '«moment»' } }],
    period: { start: '«moment»', end: '«moment»' },
    serviceProvider: { display: 'Bench Polyclinic' },
  },
};

const condition: ResourceTemplate = {
  type: 'Condition',
  slots: [84, 92],
  keys: [
    ...present('clinical-status', 'category', 'code', 'subject', 'patient', 'encounter', 'onset-date', 'recorded-date'),
    ...token('clinical-status', 'http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
    ...token('category', 'http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis'),
    ...token('code', snomed, '«code»'),
  ],
  references: [
    ['subject', 'patient_self'],
    ['patient', 'patient_self'],
    ['encounter', 'encounter_self'],
  ],
  lead: `code=${snomed}|«code»`,
  identifiers: [],
  strings: ['code:text=finding of kind «code»'],
  ranges: [],
  content: {
    resourceType: 'Condition',
    id: '«id»',
    meta,
    clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'Active'),
    category: [
      concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis', 'Encounter Diagnosis'),
    ],
    code: concept(snomed, '«code»', 'Finding of kind «code»'),
    subject,
    encounter,
    onsetDateTime: '«moment»',
    recordedDate: '«moment»',
  },
};

const medicationRequest: ResourceTemplate = {
  type: 'MedicationRequest',
  slots: [92, 99],
  keys: [
    ...present('status', 'intent', 'code', 'subject', 'patient', 'encounter', 'requester', 'authoredon'),
    ...token('status', 'http://hl7.org/fhir/CodeSystem/medicationrequest-status', 'active'),
    ...token('intent', 'http://hl7.org/fhir/CodeSystem/medicationrequest-intent', 'order'),
    ...token('code', 'http://www.whocc.no/atc', '«code»'),
  ],
  references: [
    ['subject', 'patient_self'],
    ['patient', 'patient_self'],
    ['encounter', 'encounter_self'],
    ['requester', 'practitioner_self'],
  ],
  lead: 'code=http://www.whocc.no/atc|«code»',
  identifiers: [],
  strings: ['code:text=medicine of kind «code» 200 mg oral tablet'],
  ranges: [],
  content: {
    resourceType: 'MedicationRequest',
    id: '«id»',
    meta,
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: concept(
      'http://www.whocc.no/atc',
      '«code»',
      'Medicine of kind «code» 200 mg Oral Tablet',
    ),
    subject,
    encounter,
    authoredOn: '«moment»',
    requester: practitioner,
    dosageInstruction: [
      {
        sequence: 1,
        text: 'One tablet three times a day after meals',
        timing: { repeat: { frequency: 3, period: 1 } },
      },
    ],
  },
};

const patient: ResourceTemplate = {
  type: 'Patient',
  slots: [-1, 0],
  keys: [
    ...present('identifier', 'name', 'family', 'given', 'gender', 'birthdate', 'active', 'telecom', 'phone'),
    ...present('address', 'address-city', 'address-country', 'phonetic', 'language', 'deceased'),
    ...token('gender', 'http://hl7.org/fhir/administrative-gender', 'female'),
    ...token('active', '', 'true'),
    ...token('language', 'urn:ietf:bcp:47', 'az'),
    ...token('telecom', 'phone', '+99400«number»'),
    'family==«family»',
    'given==Aynur',
    'name==«family»',
    'name==Aynur',
    'address-city==Bakı',
    'identifier=urn:bench:fin|',
    'identifier=urn:bench:card|',
  ],
  references: [],
  identifiers: [
    'identifier=urn:bench:fin|FIN«number»',
    'identifier=FIN«number»',
    'identifier=urn:bench:card|CARD«number»',
    'identifier=CARD«number»',
  ],
  strings: [
    'name=«family»',
    'name=aynur',
    'family=«family»',
    'given=aynur',
    'phonetic=«family»',
    'address=nizami',
    'address=baki',
    'address-city=baki',
    'address-country=az',
    'language:text=azerbaycan dili',
  ],
  label: '«family» Aynur',
  ranges: [],
  content: {
    resourceType: 'Patient',
    id: '«id»',
    meta,
    identifier: [
      { use: 'official', system: 'urn:bench:fin', value: 'FIN«number»' },
      { use: 'secondary', system: 'urn:bench:card', value: 'CARD«number»' },
    ],
    active: true,
    name: [{ use: 'official', text: 'Aynur «family»', family: '«family»', given: ['Aynur'] }],
    telecom: [
      { system: 'phone', value: '+99400«number»', use: 'mobile', rank: 1 },
      { system: 'email', value: 'bench.«number»@example.org', use: 'home' },
    ],
    gender: 'female',
    birthDate: '1980-01-01',
    address: [{ use: 'home', line: ['12 Nizami küçəsi'], city: 'Bakı', postalCode: 'AZ1000', country: 'AZ' }],
    maritalStatus: concept('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M', 'Married'),
    communication: [{ language: concept('urn:ietf:bcp:47', 'az', 'Azərbaycan dili'), preferred: true }],
  },
};

export const templates: readonly ResourceTemplate[] = [
  patient,
  observation,
  encounterTemplate,
  condition,
  medicationRequest,
];
