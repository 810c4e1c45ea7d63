import { type Day, toIsoDate } from '#platform/days';
import { codeSystems, concept } from '../codes.ts';
import { bakuInstant } from '../moments.ts';
import type { StaffMember } from '../staff.ts';
import { addCondition, diseaseConcept, diseaseName } from './conditions.ts';
import { addDischargeExtract } from './documents.ts';
import { addVisit, type Visit } from './encounters.ts';
import { ageOn, type History } from './history.ts';
import { addMeasurement, addPanel } from './measurements.ts';
import { addBloodPressure } from './vital-signs.ts';

const procedures = {
  appendectomy: { code: 'appendektomiya', az: 'Appendektomiya', ru: 'Аппендэктомия', en: 'Removal of the appendix' },
  osteosynthesis: { code: 'osteosintez', az: 'Sümüyün osteosintezi', ru: 'Остеосинтез', en: 'Fixation of a fracture' },
  infusion: { code: 'infuziya', az: 'İnfuzion terapiya', ru: 'Инфузионная терапия', en: 'Infusion therapy' },
  caesarean: { code: 'keyseriyye', az: 'Keysəriyyə əməliyyatı', ru: 'Кесарево сечение', en: 'Caesarean section' },
  delivery: {
    code: 'tebii-dogus',
    az: 'Təbii doğuşun aparılması',
    ru: 'Ведение естественных родов',
    en: 'Conduct of normal delivery',
  },
  cholecystectomy: {
    code: 'xolesistektomiya',
    az: 'Laparoskopik xolesistektomiya',
    ru: 'Лапароскопическая холецистэктомия',
    en: 'Removal of the gallbladder',
  },
  cataract: {
    code: 'katarakta',
    az: 'Kataraktanın fakoemulsifikasiyası',
    ru: 'Факоэмульсификация катаракты',
    en: 'Cataract surgery',
  },
  ecg: { code: 'ekq', az: 'Elektrokardioqrafiya', ru: 'Электрокардиография', en: 'Electrocardiogram' },
} as const;

export type ProcedureKey = keyof typeof procedures;

const procedureConcepts = new Map(
  Object.entries(procedures).map(([key, procedure]) => [
    key,
    concept(codeSystems.procedure, procedure.code, procedure),
  ]),
);

const procedureFor: Readonly<Record<string, ProcedureKey>> = {
  'K35.8': 'appendectomy',
  'S82.6': 'osteosynthesis',
  'J18.9': 'infusion',
  N10: 'infusion',
  'K80.2': 'cholecystectomy',
  'H25.9': 'cataract',
  'I21.9': 'ecg',
  'I63.9': 'ecg',
};

export type StayRequest = {
  readonly code: string;
  readonly day: Day;
  readonly endsInDeath?: boolean;
  /** An illness already on the problem list; else the stay brings its own diagnosis. */
  readonly condition?: { readonly reference: string };
};

/** A hospital stay with its diagnosis, examinations, procedure and discharge extract. */
export function writeHospitalStay(history: History, request: StayRequest): void {
  const { random, end } = history;
  const nights = Math.min(random.int(2, 9), end - request.day);
  const surgical = ['appendectomy', 'osteosynthesis', 'cholecystectomy', 'cataract'].includes(
    procedureFor[request.code] ?? '',
  );
  const staff = hospitalStaff(history, surgical, request.day);
  const dies = request.endsInDeath === true;
  const visit = addVisit(history, {
    day: request.day,
    minute: random.int(0, 22 * 60),
    type: 'inpatient',
    class: 'inpatient',
    staff,
    reason: diseaseConcept(request.code),
    nights,
    endsInDeath: dies,
  });
  const leaves = visit.lastDay;
  const condition =
    request.condition ??
    addCondition(history, {
      code: request.code,
      onset: request.day,
      recorded: request.day,
      chronic: false,
      visit,
      ...(dies || leaves >= end ? {} : { abatement: leaves }),
    });
  addMeasurement(
    history,
    'temperature',
    visit,
    request.code.startsWith('J') || request.code.startsWith('N') ? 37.4 + random.next() * 1.6 : undefined,
  );
  addBloodPressure(history, visit);
  addPanel(history, 'blood', visit);
  addPanel(history, 'crp', visit);
  const procedure = procedureFor[request.code];
  if (procedure !== undefined) addProcedure(history, procedure, visit, condition);
  addDischargeExtract(history, visit, { diagnosis: `${request.code} ${diseaseName(request.code)}`, dies });
}

/** Adds a procedure done on the first day of a visit. */
export function addProcedure(
  history: History,
  key: ProcedureKey,
  visit: Visit,
  reason: { readonly reference: string },
): void {
  const code = procedureConcepts.get(key);
  if (code === undefined) throw new TypeError(`No procedure ${key}`);
  history.resources.push({
    resourceType: 'Procedure',
    id: history.nextId('p'),
    status: 'completed',
    code,
    subject: history.subject,
    encounter: visit.reference,
    performedDateTime: visit.lastDay > visit.day ? bakuInstant(visit.day, 23 * 60) : toIsoDate(visit.day),
    performer: [{ actor: visit.staff.reference }],
    reasonReference: [reason],
  });
}

function hospitalStaff(history: History, surgical: boolean, day: Day): StaffMember {
  const { registry, person, random } = history;
  const hospitals = (registry.byDistrict.get(person.dwelling.district) ?? []).filter(
    ({ type }) => type === 'rmx' || type === 'seher-xestexanasi',
  );
  const hospital = random.pick(hospitals);
  const speciality = surgical ? 'surgery' : ageOn(history, day) < 18 ? 'pediatrics' : 'neurology';
  return random.pick(registry.findStaff(speciality, hospital));
}
