import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** Who made an observation: servers that check references want both to exist. */
export type Performers = { readonly practitioner: string; readonly organization: string };

/** FHIR JSON as it is sent. */
export type Payload = { readonly resourceType: string; readonly [element: string]: unknown };

export type PatientPlan = {
  /** Sets this run's people apart from those of earlier runs against the same server. */
  readonly tag: string;
  readonly number: number;
  readonly id?: string;
  /** Counts updates: another telephone number each time. */
  readonly revision?: number;
};

export const identifierSystem = 'urn:vsis:bench:patient';
const loinc = 'http://loinc.org';
const category = 'http://terminology.hl7.org/CodeSystem/observation-category';
const ucum = 'http://unitsofmeasure.org';

type Measurement = {
  readonly code: string;
  readonly display: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
};

/** What the charts measure: each chart holds `observationsPerCode` of every one. */
export const measurements: readonly Measurement[] = [
  { code: '8867-4', display: 'Heart rate', unit: '/min', low: 60, high: 100 },
  { code: '8310-5', display: 'Body temperature', unit: 'Cel', low: 36, high: 38 },
  { code: '29463-7', display: 'Body weight', unit: 'kg', low: 48, high: 96 },
  { code: '8480-6', display: 'Systolic blood pressure', unit: 'mm[Hg]', low: 100, high: 140 },
  { code: '2339-0', display: 'Glucose [Mass/volume] in Blood', unit: 'mg/dL', low: 70, high: 110 },
  { code: '718-7', display: 'Hemoglobin [Mass/volume] in Blood', unit: 'g/dL', low: 11, high: 16 },
];
export const observationsPerCode = 10;
/** People who share a family name, and so the number a search by name finds. */
export const peoplePerFamily = 5;

const syllables = [
  'ba',
  'də',
  'cə',
  'fi',
  'gü',
  'hə',
  'xa',
  'lə',
  'mi',
  'nu',
  'qo',
  'rə',
  'sə',
  'şi',
  'ta',
  'və',
  'yu',
  'za',
  'çi',
  'ko',
];
const givenNames = [
  'Aynur',
  'Elçin',
  'Gülnar',
  'Kamran',
  'Leyla',
  'Orxan',
  'Səbinə',
  'Tural',
  'Ülviyyə',
  'Vüqar',
  'Zəhra',
  'Rəşad',
];
const cities = ['Bakı', 'Gəncə', 'Sumqayıt', 'Şəki', 'Lənkəran', 'Naxçıvan', 'Quba', 'Mingəçevir'];

/** Invented names of one length, so that none begins another. */
export function familyName(tag: string, number: number): string {
  let rest = Math.floor(number / peoplePerFamily);
  let name = '';
  for (let at = 0; at < 4; at += 1) {
    name += syllables[rest % syllables.length] ?? '';
    rest = Math.floor(rest / syllables.length);
  }
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${tag}lı`;
}

export function identifierValue(tag: string, number: number): string {
  return `BENCH-${tag}-${String(number).padStart(8, '0')}`;
}

const dayAt = (random: SeededRandom, firstYear: number, years: number): string =>
  new Date(Date.UTC(firstYear + random.integer(years), random.integer(12), 1 + random.integer(28)))
    .toISOString()
    .slice(0, 10);

/** About 1.5 kB. */
export function patientPayload({ tag, number, id, revision = 0 }: PatientPlan): Payload {
  const random = seededRandom(number * 7919 + tag.length);
  const family = familyName(tag, number);
  const [first, second, relative] = [random.pick(givenNames), random.pick(givenNames), random.pick(givenNames)];
  const city = random.pick(cities);
  const telephone = (salt: number): string => `+994 00 ${String(1_000_000 + ((number * 31 + salt) % 9_000_000))}`;
  return {
    resourceType: 'Patient',
    ...(id === undefined ? {} : { id }),
    identifier: [
      {
        use: 'official',
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR', display: 'Medical record number' },
          ],
        },
        system: identifierSystem,
        value: identifierValue(tag, number),
      },
      { use: 'secondary', system: 'urn:vsis:bench:card', value: `CARD-${tag}-${random.hex(10)}` },
    ],
    active: true,
    name: [
      { use: 'official', text: `${first} ${second} ${family}`, family, given: [first, second] },
      { use: 'nickname', given: [first.slice(0, 3)] },
    ],
    telecom: [
      { system: 'phone', value: telephone(revision), use: 'mobile', rank: 1 },
      { system: 'phone', value: telephone(revision + 17), use: 'home' },
      { system: 'email', value: `bench.${tag}.${number}@example.org`, use: 'home' },
    ],
    gender: random.pick(['female', 'male']),
    birthDate: dayAt(random, 1935, 85),
    deceasedBoolean: false,
    generalPractitioner: [{ display: 'Dr. Bench Practitioner, Bench Polyclinic' }],
    address: [
      {
        use: 'home',
        type: 'both',
        text: `${random.integer(200) + 1} Nizami küçəsi, ${city}`,
        line: [`${random.integer(200) + 1} Nizami küçəsi`],
        city,
        postalCode: `AZ${1000 + random.integer(6000)}`,
        country: 'AZ',
      },
    ],
    maritalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: random.pick(['M', 'S', 'W', 'D']) },
      ],
    },
    contact: [
      {
        relationship: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'N', display: 'Next-of-Kin' }] },
        ],
        name: { family, given: [relative] },
        telecom: [{ system: 'phone', value: telephone(29) }],
      },
    ],
    communication: [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'az' }], text: 'Azərbaycan dili' }, preferred: true },
    ],
  };
}

export type ObservationPlan = {
  readonly number: number;
  readonly subject: string;
  readonly performers: Performers;
  readonly measurement: Measurement;
  readonly encounter?: string;
};

/** About 1.3 kB. */
export function observationPayload({ number, subject, performers, measurement, encounter }: ObservationPlan): Payload {
  const random = seededRandom(number * 104_729 + 11);
  const { code, display, unit, low, high } = measurement;
  const value = low + random.integer((high - low) * 12) / 10;
  const moment = `${dayAt(random, 2020, 6)}T${String(8 + random.integer(10)).padStart(2, '0')}:15:00+04:00`;
  const quantity = (amount: number) => ({ value: Math.round(amount * 10) / 10, unit, system: ucum, code: unit });
  return {
    resourceType: 'Observation',
    identifier: [{ use: 'official', system: 'urn:vsis:bench:observation', value: `OBS-${number}-${random.hex(8)}` }],
    status: 'final',
    category: [{ coding: [{ system: category, code: 'vital-signs', display: 'Vital Signs' }], text: 'Vital signs' }],
    code: { coding: [{ system: loinc, code, display }], text: display },
    subject: { reference: subject },
    ...(encounter === undefined ? {} : { encounter: { reference: encounter } }),
    effectiveDateTime: moment,
    issued: moment,
    performer: [
      { reference: performers.practitioner, display: 'Dr. Bench Practitioner' },
      { reference: performers.organization, display: 'Bench Polyclinic' },
    ],
    valueQuantity: quantity(value),
    interpretation: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            code: value > high ? 'H' : 'N',
            display: value > high ? 'High' : 'Normal',
          },
        ],
      },
    ],
    referenceRange: [
      {
        low: quantity(low),
        high: quantity(high),
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/referencerange-meaning',
              code: 'normal',
              display: 'Normal Range',
            },
          ],
        },
        text: `${low} to ${high} ${unit}`,
      },
    ],
  };
}

export const practitionerPayload: Payload = {
  resourceType: 'Practitioner',
  active: true,
  name: [{ use: 'official', family: 'Practitioner', given: ['Bench'], prefix: ['Dr.'] }],
};

export const organizationPayload: Payload = { resourceType: 'Organization', active: true, name: 'Bench Polyclinic' };
