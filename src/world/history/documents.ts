import type { CodeableConcept, DocumentReference } from '@medplum/fhirtypes';
import { type Day, toIsoDate } from '#platform/days';
import { formatDate } from '#platform/i18n';
import { identifierSystems } from '#platform/names';
import { codeSystems, concept, plainConcept } from '../codes.ts';
import { bakuInstant } from '../moments.ts';
import { childWord } from '../naming.ts';
import type { StaffMember } from '../staff.ts';
import type { Visit } from './encounters.ts';
import type { History } from './history.ts';

const types = {
  extract: { code: '027', az: 'Çıxarış (epikriz)', ru: 'Выписка (эпикриз)', en: 'Discharge extract' },
  health: {
    code: '086',
    az: 'Sağlamlıq haqqında arayış',
    ru: 'Справка о состоянии здоровья',
    en: 'Certificate of health',
  },
  child: { code: '026', az: 'Uşağın tibbi kartası', ru: 'Медицинская карта ребёнка', en: "Child's medical record" },
  driver: {
    code: '083',
    az: 'Sürücü tibbi arayışı',
    ru: 'Медицинская справка водителя',
    en: "Driver's medical certificate",
  },
  death: {
    code: '106',
    az: 'Ölüm haqqında tibbi şəhadətnamə',
    ru: 'Медицинское свидетельство о смерти',
    en: 'Medical certificate of death',
  },
} as const;

export type DocumentKind = keyof typeof types;

const typeConcepts = new Map<string, CodeableConcept>(
  Object.entries(types).map(([key, type]) => [key, concept(codeSystems.documentType, type.code, type)]),
);

const loincTypes: Partial<Record<DocumentKind, CodeableConcept>> = {
  extract: plainConcept(codeSystems.loinc, '18842-5'),
};

export type DocumentRequest = {
  readonly kind: DocumentKind;
  readonly day: Day;
  readonly staff: StaffMember;
  readonly body: readonly string[];
  readonly visit?: Visit;
};

/** Adds a signed text document to the record, with who it is about and who wrote it. */
export function addDocument(history: History, request: DocumentRequest): void {
  const type = types[request.kind];
  const id = history.nextId('d');
  const bytes = Buffer.from(documentText(history, request), 'utf8');
  const category = loincTypes[request.kind];
  const document: DocumentReference & { id: string } = {
    resourceType: 'DocumentReference',
    id,
    identifier: [{ system: identifierSystems.document, value: numberOf(history, id, request.day) }],
    status: 'current',
    docStatus: 'final',
    type: typeConcepts.get(request.kind) ?? {},
    ...(category === undefined ? {} : { category: [category] }),
    subject: history.subject,
    date: bakuInstant(request.day, 17 * 60 + 30),
    author: [request.staff.reference],
    custodian: { reference: `Organization/${request.staff.facilityId}`, display: request.staff.facilityName },
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          language: 'az',
          data: bytes.toString('base64'),
          size: bytes.length,
          title: `${type.az}, ${formatDate(toIsoDate(request.day), 'az')}`,
          creation: toIsoDate(request.day),
        },
      },
    ],
    ...(request.visit === undefined ? {} : { context: { encounter: [request.visit.reference] } }),
  };
  history.resources.push(document);
}

const numberOf = (history: History, id: string, day: Day): string =>
  `${toIsoDate(day).slice(0, 4)}-${String(history.person.number).padStart(8, '0')}-${id.slice(id.lastIndexOf('-d') + 2)}`;

function documentText(history: History, { kind, day, staff, body }: DocumentRequest): string {
  const { person } = history;
  const title = types[kind].az;
  return [
    staff.facilityName,
    '',
    `${title} (forma ${types[kind].code})`,
    '',
    `Soyadı, adı, atasının adı: ${person.family} ${person.given} ${person.fatherName} ${childWord(person.sex)}`,
    `Doğum tarixi: ${formatDate(toIsoDate(person.birth), 'az')}`,
    `FİN: ${person.fin}`,
    `Yaşayış ünvanı: ${person.dwelling.line}, ${person.dwelling.settlement}`,
    '',
    ...body,
    '',
    `Tarix: ${formatDate(toIsoDate(day), 'az', 'text')}`,
    `Həkim: ${staff.name}`,
    '',
  ].join('\n');
}

/** The extract a hospital gives at the end of a stay. */
export function addDischargeExtract(
  history: History,
  visit: Visit,
  about: { readonly diagnosis: string; readonly dies: boolean },
): void {
  const stay = `${formatDate(toIsoDate(visit.day), 'az')} – ${formatDate(toIsoDate(visit.lastDay), 'az')}`;
  const outcome = about.dies
    ? ['Aparılan müalicəyə baxmayaraq ölüm faktı qeyd olunub.']
    : ['Vəziyyəti yaxşılaşmış halda evə yazılır.', `Tövsiyə: ${history.random.pick(advice)}`];
  addDocument(history, {
    kind: 'extract',
    day: visit.lastDay,
    staff: visit.staff,
    visit,
    body: [
      `Stasionarda olub: ${stay}`,
      `Diaqnoz: ${about.diagnosis}`,
      `Şikayətləri: ${history.random.pick(complaints)}`,
      'Müayinələr: qanın ümumi analizi, C-reaktiv zülal, arterial təzyiqin ölçülməsi.',
      'Müalicə klinik protokola uyğun aparılıb.',
      ...outcome,
    ],
  });
}

const complaints = [
  'ümumi zəiflik, hərarətin yüksəlməsi.',
  'ağrı, ürəkbulanma, iştahanın azalması.',
  'halsızlıq, başgicəllənmə.',
  'ağrı və hərəkətin məhdudlaşması.',
  'təngnəfəslik, öskürək.',
];

const advice = [
  '7 gün ev rejimi, ailə həkiminin nəzarəti.',
  'təyin olunmuş dərmanların qəbulu, 10 gündən sonra təkrar müayinə.',
  'fiziki yükün bir ay məhdudlaşdırılması, pəhrizə riayət.',
  'bol maye qəbulu, bir həftədən sonra qanın ümumi analizi.',
];
