import type { LocalText } from '#platform/i18n';
import type { StaffFacts } from './staff.ts';
import type { Sex } from './world-data.ts';

export type CitizenFacts = {
  readonly key: string;
  readonly fin: string;
  readonly sex: Sex;
  readonly family: string;
  readonly given: string;
  readonly fatherName: string;
  readonly about: LocalText;
};

/** The family of the cast: who they are and what the demo shows by them. */
export const citizenFacts = [
  {
    key: 'grandmother',
    fin: '00TEST1',
    sex: 'female',
    family: 'Əliyeva',
    given: 'Şəhla',
    fatherName: 'Rauf',
    about: {
      az: 'Nənə: şəkərli diabet və hipertenziya',
      ru: 'Бабушка: диабет и гипертензия',
      en: 'Grandmother with diabetes and high blood pressure',
    },
  },
  {
    key: 'father',
    fin: '00TEST2',
    sex: 'male',
    family: 'Əliyev',
    given: 'Elçin',
    fatherName: 'Kamran',
    about: { az: 'Ata, xroniki qastrit', ru: 'Отец, хронический гастрит', en: 'Father with chronic gastritis' },
  },
  {
    key: 'mother',
    fin: '00TEST3',
    sex: 'female',
    family: 'Əliyeva',
    given: 'Aygün',
    fatherName: 'Tofiq',
    about: { az: 'Ana, hamilədir', ru: 'Мать, беременна', en: 'Mother, pregnant' },
  },
  {
    key: 'schoolchild',
    fin: '00TEST4',
    sex: 'male',
    family: 'Əliyev',
    given: 'Murad',
    fatherName: 'Elçin',
    about: {
      az: 'Məktəbli, bütün peyvəndləri var',
      ru: 'Школьник, все прививки сделаны',
      en: 'Schoolchild with all vaccines',
    },
  },
  {
    key: 'toddler',
    fin: '00TEST5',
    sex: 'female',
    family: 'Əliyeva',
    given: 'Nigar',
    fatherName: 'Elçin',
    about: {
      az: 'Kiçik uşaq, QPM peyvəndi gecikib',
      ru: 'Малыш, прививка КПК просрочена',
      en: 'Toddler whose MMR dose is overdue',
    },
  },
  {
    key: 'uncle',
    fin: '00TEST6',
    sex: 'male',
    family: 'Əliyev',
    given: 'Orxan',
    fatherName: 'Kamran',
    about: { az: 'Əmi, sağlam', ru: 'Дядя, здоров', en: 'Uncle, healthy' },
  },
  {
    key: 'aunt',
    fin: '00TEST7',
    sex: 'female',
    family: 'Əliyeva',
    given: 'Leyla',
    fatherName: 'Vaqif',
    about: { az: 'Yenicə ana olub', ru: 'Недавно стала матерью', en: 'Has just become a mother' },
  },
  {
    key: 'newborn',
    fin: '00TEST8',
    sex: 'female',
    family: 'Əliyeva',
    given: 'Zəhra',
    fatherName: 'Orxan',
    about: { az: 'Yenidoğulmuş', ru: 'Новорождённая', en: 'Newborn' },
  },
  {
    key: 'grandfather',
    fin: '00TEST9',
    sex: 'male',
    family: 'Əliyev',
    given: 'Kamran',
    fatherName: 'Heydər',
    about: { az: 'Baba, vəfat edib', ru: 'Дедушка, умер', en: 'Grandfather, deceased' },
  },
] as const satisfies readonly CitizenFacts[];

export type CitizenKey = (typeof citizenFacts)[number]['key'];

export type DemoStaff = Omit<StaffFacts, 'id' | 'number' | 'facilityId' | 'facilityName' | 'birthDate'> & {
  readonly key: string;
  readonly role: string;
  readonly at: 'polyclinic' | 'pharmacy' | 'ministry' | 'ambulance' | 'epidemiology';
  readonly about: LocalText;
};

/** The staff of the cast and where each works. */
export const staffFacts: readonly DemoStaff[] = [
  {
    key: 'family-doctor',
    role: 'aile-hekimi',
    speciality: 'family',
    at: 'polyclinic',
    fin: '00TESTA',
    sex: 'female',
    family: 'Məmmədova',
    given: 'Sevinc',
    fatherName: 'Əhməd',
    about: { az: 'Ailə həkimi', ru: 'Семейный врач', en: 'Family doctor' },
  },
  {
    key: 'paediatrician',
    role: 'hekim',
    speciality: 'pediatrics',
    at: 'polyclinic',
    fin: '00TESTB',
    sex: 'female',
    family: 'Quliyeva',
    given: 'Nərmin',
    fatherName: 'Ələkbər',
    about: { az: 'Pediatr', ru: 'Педиатр', en: 'Paediatrician' },
  },
  {
    key: 'specialist',
    role: 'hekim',
    speciality: 'endocrinology',
    at: 'polyclinic',
    fin: '00TESTC',
    sex: 'male',
    family: 'Hüseynov',
    given: 'Rəşad',
    fatherName: 'Cəlal',
    about: { az: 'Endokrinoloq', ru: 'Эндокринолог', en: 'Endocrinologist' },
  },
  {
    key: 'vaccinator',
    role: 'vaksinator',
    speciality: 'vaksinator',
    at: 'polyclinic',
    fin: '00TESTD',
    sex: 'female',
    family: 'Həsənova',
    given: 'Gülnarə',
    fatherName: 'Xəlil',
    about: { az: 'Peyvənd otağının tibb bacısı', ru: 'Прививочная медсестра', en: 'Vaccinator' },
  },
  {
    key: 'registrar',
    role: 'qeydiyyatci',
    speciality: 'qeydiyyatci',
    at: 'polyclinic',
    fin: '00TESTE',
    sex: 'female',
    family: 'Cəfərova',
    given: 'Xatirə',
    fatherName: 'Məhərrəm',
    about: { az: 'Qeydiyyatçı', ru: 'Регистратор', en: 'Registrar' },
  },
  {
    key: 'pharmacist',
    role: 'eczaci',
    speciality: 'eczaci',
    at: 'pharmacy',
    fin: '00TESTF',
    sex: 'male',
    family: 'Qarayev',
    given: 'Tural',
    fatherName: 'İsmayıl',
    about: { az: 'Əczaçı', ru: 'Фармацевт', en: 'Pharmacist' },
  },
  {
    key: 'analyst',
    role: 'analitik',
    speciality: 'analitik',
    at: 'ministry',
    fin: '00TESTG',
    sex: 'female',
    family: 'Rzayeva',
    given: 'Ülviyyə',
    fatherName: 'Çingiz',
    about: { az: 'Nazirlik analitiki', ru: 'Аналитик министерства', en: 'Ministry analyst' },
  },
  {
    key: 'dispatcher',
    role: 'dispetcer',
    speciality: 'dispetcer',
    at: 'ambulance',
    fin: '00TESTH',
    sex: 'male',
    family: 'Babayev',
    given: 'Ceyhun',
    fatherName: 'Yaqub',
    about: { az: 'Təcili yardım dispetçeri', ru: 'Диспетчер скорой помощи', en: 'Ambulance dispatcher' },
  },
  {
    key: 'epidemiologist',
    role: 'epidemioloq',
    speciality: 'epidemiology',
    at: 'epidemiology',
    fin: '00TESTJ',
    sex: 'male',
    family: 'Əsgərov',
    given: 'Vüqar',
    fatherName: 'Zöhrab',
    about: { az: 'Epidemioloq', ru: 'Эпидемиолог', en: 'Epidemiologist' },
  },
];
