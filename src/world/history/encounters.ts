import type { CodeableConcept, Encounter, Reference } from '@medplum/fhirtypes';
import type { Day } from '#platform/days';
import { codeSystems, concept, plainConcept } from '../codes.ts';
import { bakuInstant } from '../moments.ts';
import type { StaffMember } from '../staff.ts';
import type { History } from './history.ts';

const actCodes = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const classes = {
  ambulatory: { system: actCodes, code: 'AMB' },
  inpatient: { system: actCodes, code: 'IMP' },
  emergency: { system: actCodes, code: 'EMER' },
  home: { system: actCodes, code: 'HH' },
} as const;

const types = {
  first: { code: 'ilkin', az: 'İlkin müraciət', ru: 'Первичное обращение', en: 'First visit' },
  preventive: {
    code: 'profilaktik',
    az: 'Profilaktik müayinə',
    ru: 'Профилактический осмотр',
    en: 'Preventive check-up',
  },
  followUp: {
    code: 'dispanser',
    az: 'Dispanser müşahidəsi',
    ru: 'Диспансерное наблюдение',
    en: 'Follow-up of a long-term illness',
  },
  emergency: { code: 'tecili', az: 'Təcili yardım', ru: 'Неотложная помощь', en: 'Emergency care' },
  inpatient: { code: 'stasionar', az: 'Stasionar müalicə', ru: 'Стационарное лечение', en: 'Hospital stay' },
  antenatal: { code: 'hamilelik', az: 'Hamiləliyə nəzarət', ru: 'Наблюдение беременности', en: 'Antenatal visit' },
  delivery: { code: 'dogus', az: 'Doğuş', ru: 'Роды', en: 'Childbirth' },
  newborn: {
    code: 'yenidogulmus',
    az: 'Yenidoğulmuşun müşahidəsi',
    ru: 'Наблюдение новорождённого',
    en: 'Care of the newborn',
  },
  homeVisit: { code: 'ev', az: 'Evə çağırış', ru: 'Вызов на дом', en: 'Home visit' },
} as const;

export type EncounterType = keyof typeof types;

const typeConcepts = new Map<string, CodeableConcept>(
  Object.entries(types).map(([key, type]) => [key, concept(codeSystems.encounterType, type.code, type)]),
);

const dispositions = 'http://terminology.hl7.org/CodeSystem/discharge-disposition';
const wentHome = { dischargeDisposition: plainConcept(dispositions, 'home') };
const died = { dischargeDisposition: plainConcept(dispositions, 'exp') };

export type VisitRequest = {
  readonly day: Day;
  readonly minute: number;
  readonly type: EncounterType;
  readonly class: keyof typeof classes;
  readonly staff: StaffMember;
  readonly reason: CodeableConcept;
  /** Nights in hospital; a visit of minutes without it. */
  readonly nights?: number;
  readonly endsInDeath?: boolean;
};

/** An encounter others refer to. */
export type Visit = {
  readonly day: Day;
  readonly lastDay: Day;
  readonly staff: StaffMember;
  readonly start: string;
  readonly reference: Reference<Encounter>;
};

const visitMinutes = 20;

/** Adds an encounter to the record. Its last moment never passes the end of the record. */
export function addVisit(history: History, request: VisitRequest): Visit {
  const id = history.nextId('e');
  const lastDay = Math.min(request.day + (request.nights ?? 0), history.end);
  const start = bakuInstant(request.day, request.minute);
  const end = bakuInstant(
    lastDay,
    request.nights === undefined ? request.minute + visitMinutes : Math.max(request.minute, 12 * 60) + 60,
  );
  history.resources.push({
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: classes[request.class],
    type: [typeConcepts.get(request.type) ?? {}],
    subject: history.subject,
    participant: [{ individual: request.staff.reference }],
    period: { start, end },
    reasonCode: [request.reason],
    ...(request.nights === undefined ? {} : { hospitalization: request.endsInDeath === true ? died : wentHome }),
    serviceProvider: { reference: `Organization/${request.staff.facilityId}`, display: request.staff.facilityName },
  });
  return { day: request.day, lastDay, staff: request.staff, start, reference: { reference: `Encounter/${id}` } };
}
