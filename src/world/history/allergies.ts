import type { AllergyIntolerance } from '@medplum/fhirtypes';
import { toIsoDate } from '#platform/days';
import { codeSystems, concept, plainConcept } from '../codes.ts';
import { ageOn, type History } from './history.ts';

type Allergen = {
  readonly code: string;
  readonly category: 'food' | 'medication' | 'environment';
  readonly reaction: string;
  readonly weight: number;
  readonly severe?: boolean;
};

const texts = [
  { code: 'penisillin', az: 'Penisillin', ru: 'Пенициллин', en: 'Penicillin' },
  { code: 'asetilsalisil', az: 'Asetilsalisil turşusu', ru: 'Ацетилсалициловая кислота', en: 'Aspirin' },
  { code: 'yod-kontrast', az: 'Yodlu kontrast maddə', ru: 'Йодсодержащий контраст', en: 'Iodinated contrast' },
  { code: 'inek-sudu', az: 'İnək südü', ru: 'Коровье молоко', en: "Cow's milk" },
  { code: 'yumurta', az: 'Toyuq yumurtası', ru: 'Куриное яйцо', en: 'Egg' },
  { code: 'findiq', az: 'Fındıq', ru: 'Фундук', en: 'Hazelnut' },
  { code: 'baliq', az: 'Balıq', ru: 'Рыба', en: 'Fish' },
  { code: 'polen', az: 'Bitki tozcuğu (polen)', ru: 'Пыльца растений', en: 'Pollen' },
  { code: 'toz-genesi', az: 'Ev tozu gənəsi', ru: 'Клещ домашней пыли', en: 'House dust mite' },
  { code: 'ari-zeheri', az: 'Arı zəhəri', ru: 'Пчелиный яд', en: 'Bee venom' },
] as const;

const allergens: readonly Allergen[] = [
  { code: 'penisillin', category: 'medication', reaction: 'Övrə, dəridə qaşınma', weight: 22, severe: true },
  { code: 'asetilsalisil', category: 'medication', reaction: 'Bronxospazm', weight: 6, severe: true },
  { code: 'yod-kontrast', category: 'medication', reaction: 'Övrə', weight: 3 },
  { code: 'inek-sudu', category: 'food', reaction: 'Səpgi, ishal', weight: 8 },
  { code: 'yumurta', category: 'food', reaction: 'Dəri səpgisi', weight: 8 },
  { code: 'findiq', category: 'food', reaction: 'Dodaqların şişməsi', weight: 9, severe: true },
  { code: 'baliq', category: 'food', reaction: 'Övrə', weight: 6 },
  { code: 'polen', category: 'environment', reaction: 'Asqırma, burun axıntısı', weight: 22 },
  { code: 'toz-genesi', category: 'environment', reaction: 'Burun tutulması', weight: 12 },
  { code: 'ari-zeheri', category: 'environment', reaction: 'Geniş şişkinlik', weight: 4, severe: true },
];

const concepts = new Map(texts.map((text) => [text.code as string, concept(codeSystems.allergen, text.code, text)]));
const active = plainConcept('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active');
const confirmed = plainConcept('http://terminology.hl7.org/CodeSystem/allergyintolerance-verification', 'confirmed');

const shareOfPeople = 0.09;

/** The allergies of a person, known from childhood or found later. */
export function writeAllergies(history: History): void {
  const { random, wishes } = history;
  const found = random.chance(shareOfPeople);
  const drawn = random.weighted(allergens, ({ weight }) => weight);
  const codes = wishes.allergies ?? (found ? [drawn.code] : []);
  for (const code of codes) {
    const allergen = allergens.find((candidate) => candidate.code === code);
    if (allergen !== undefined) addAllergy(history, allergen);
  }
}

function addAllergy(history: History, allergen: Allergen): void {
  const { person, random, end } = history;
  if (end - person.birth < 200) return;
  const recorded = random.int(Math.max(person.birth + 180, end - 3000), end - 10);
  const code = concepts.get(allergen.code);
  if (code === undefined) throw new TypeError(`No allergen ${allergen.code}`);
  const doctor =
    ageOn(history, recorded) < 18
      ? random.pick(history.registry.findStaff('pediatrics', person.facility))
      : person.doctor;
  const allergy: AllergyIntolerance & { id: string } = {
    resourceType: 'AllergyIntolerance',
    id: history.nextId('a'),
    clinicalStatus: active,
    verificationStatus: confirmed,
    type: 'allergy',
    category: [allergen.category],
    criticality: allergen.severe === true ? 'high' : 'low',
    code,
    patient: history.subject,
    recordedDate: toIsoDate(recorded),
    recorder: doctor.reference,
    reaction: [
      { manifestation: [{ text: allergen.reaction }], severity: allergen.severe === true ? 'moderate' : 'mild' },
    ],
  };
  history.resources.push(allergy);
}
