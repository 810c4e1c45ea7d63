import { defineMessages } from '#platform/i18n';

/** Words for the closed code lists of FHIR that the card shows, key `<list>.<code>`. */
export const codeMessages = defineMessages({
  'gender.male': { az: 'kişi', ru: 'мужской', en: 'male' },
  'gender.female': { az: 'qadın', ru: 'женский', en: 'female' },
  'gender.other': { az: 'digər', ru: 'иной', en: 'other' },
  'gender.unknown': { az: 'məlum deyil', ru: 'неизвестен', en: 'unknown' },

  'clinical.active': { az: 'aktiv', ru: 'активное', en: 'active' },
  'clinical.recurrence': { az: 'residiv', ru: 'рецидив', en: 'recurrence' },
  'clinical.relapse': { az: 'yenidən kəskinləşib', ru: 'обострение', en: 'relapse' },
  'clinical.inactive': { az: 'aktiv deyil', ru: 'неактивное', en: 'inactive' },
  'clinical.remission': { az: 'remissiya', ru: 'ремиссия', en: 'remission' },
  'clinical.resolved': { az: 'sağalıb', ru: 'разрешилось', en: 'resolved' },

  'verification.unconfirmed': { az: 'təsdiqlənməyib', ru: 'не подтверждено', en: 'unconfirmed' },
  'verification.provisional': { az: 'ilkin', ru: 'предварительно', en: 'provisional' },
  'verification.differential': { az: 'differensial', ru: 'дифференциальный', en: 'differential' },
  'verification.confirmed': { az: 'təsdiqlənib', ru: 'подтверждено', en: 'confirmed' },

  'criticality.low': { az: 'aşağı risk', ru: 'низкий риск', en: 'low risk' },
  'criticality.high': { az: 'yüksək risk', ru: 'высокий риск', en: 'high risk' },
  'criticality.unable-to-assess': { az: 'risk qiymətləndirilməyib', ru: 'риск не оценён', en: 'risk not assessed' },

  'allergy.food': { az: 'qida', ru: 'пища', en: 'food' },
  'allergy.medication': { az: 'dərman', ru: 'лекарство', en: 'medicine' },
  'allergy.environment': { az: 'ətraf mühit', ru: 'окружающая среда', en: 'environment' },
  'allergy.biologic': { az: 'bioloji vasitə', ru: 'биопрепарат', en: 'biologic' },

  'severity.mild': { az: 'yüngül', ru: 'лёгкая', en: 'mild' },
  'severity.moderate': { az: 'orta', ru: 'умеренная', en: 'moderate' },
  'severity.severe': { az: 'ağır', ru: 'тяжёлая', en: 'severe' },

  'medicine.active': { az: 'qəbul edir', ru: 'принимает', en: 'active' },
  'medicine.on-hold': { az: 'müvəqqəti dayandırılıb', ru: 'приостановлено', en: 'on hold' },
  'medicine.intended': { az: 'nəzərdə tutulub', ru: 'планируется', en: 'intended' },
  'medicine.cancelled': { az: 'ləğv edilib', ru: 'отменено', en: 'cancelled' },
  'medicine.completed': { az: 'başa çatıb', ru: 'завершено', en: 'completed' },
  'medicine.stopped': { az: 'dayandırılıb', ru: 'прекращено', en: 'stopped' },
  'medicine.not-taken': { az: 'qəbul edilməyib', ru: 'не принималось', en: 'not taken' },
  'medicine.unknown': { az: 'məlum deyil', ru: 'неизвестно', en: 'unknown' },

  'flag.criticalLow': { az: 'kritik aşağı', ru: 'критически низко', en: 'critically low' },
  'flag.low': { az: 'aşağı', ru: 'ниже нормы', en: 'low' },
  'flag.normal': { az: 'norma', ru: 'норма', en: 'normal' },
  'flag.high': { az: 'yüksək', ru: 'выше нормы', en: 'high' },
  'flag.criticalHigh': { az: 'kritik yüksək', ru: 'критически высоко', en: 'critically high' },
  'flag.abnormal': { az: 'normadan kənar', ru: 'отклонение', en: 'abnormal' },
  'flag.criticalAbnormal': { az: 'kritik', ru: 'критично', en: 'critical' },

  'category.vital-signs': { az: 'Həyati göstəricilər', ru: 'Витальные показатели', en: 'Vital signs' },
  'category.laboratory': { az: 'Laboratoriya', ru: 'Лаборатория', en: 'Laboratory' },
  'category.imaging': { az: 'Görüntüləmə', ru: 'Визуализация', en: 'Imaging' },
  'category.procedure': { az: 'Prosedurlar', ru: 'Процедуры', en: 'Procedures' },
  'category.survey': { az: 'Sorğu və şkalalar', ru: 'Опросы и шкалы', en: 'Surveys and scales' },
  'category.exam': { az: 'Müayinə', ru: 'Осмотр', en: 'Examination' },
  'category.therapy': { az: 'Müalicə', ru: 'Терапия', en: 'Therapy' },
  'category.activity': { az: 'Fəaliyyət', ru: 'Активность', en: 'Activity' },
  'category.social-history': { az: 'Sosial anamnez', ru: 'Социальный анамнез', en: 'Social history' },
  'category.other': { az: 'Digər', ru: 'Прочее', en: 'Other' },

  'encounter.AMB': { az: 'Ambulator müraciət', ru: 'Амбулаторный приём', en: 'Outpatient visit' },
  'encounter.EMER': { az: 'Təcili yardım', ru: 'Неотложная помощь', en: 'Emergency care' },
  'encounter.FLD': { az: 'Yerində yardım', ru: 'Помощь на месте', en: 'Field care' },
  'encounter.HH': { az: 'Evə çağırış', ru: 'Вызов на дом', en: 'Home visit' },
  'encounter.IMP': { az: 'Stasionar müalicə', ru: 'Стационарное лечение', en: 'Hospital stay' },
  'encounter.ACUTE': { az: 'Stasionar müalicə', ru: 'Стационарное лечение', en: 'Hospital stay' },
  'encounter.NONAC': { az: 'Uzunmüddətli stasionar', ru: 'Длительный стационар', en: 'Long hospital stay' },
  'encounter.OBSENC': { az: 'Müşahidə', ru: 'Наблюдение', en: 'Observation' },
  'encounter.PRENC': { az: 'Qəbuldan əvvəl', ru: 'До поступления', en: 'Before admission' },
  'encounter.SS': { az: 'Gündüz stasionarı', ru: 'Дневной стационар', en: 'Day hospital' },
  'encounter.VR': { az: 'Məsafədən müraciət', ru: 'Дистанционный приём', en: 'Remote visit' },
  'encounter.other': { az: 'Müraciət', ru: 'Обращение', en: 'Visit' },

  'kind.encounter': { az: 'Müraciət', ru: 'Обращение', en: 'Visit' },
  'kind.problem': { az: 'Diaqnoz', ru: 'Диагноз', en: 'Diagnosis' },
  'kind.procedure': { az: 'Prosedur', ru: 'Процедура', en: 'Procedure' },
  'kind.immunization': { az: 'Peyvənd', ru: 'Прививка', en: 'Vaccination' },
  'kind.medication': { az: 'Dərman təyinatı', ru: 'Назначение лекарства', en: 'Prescription' },
  'kind.report': { az: 'Analiz və müayinə', ru: 'Анализ, исследование', en: 'Test report' },
  'kind.document': { az: 'Sənəd', ru: 'Документ', en: 'Document' },

  'relation.MTH': { az: 'anası', ru: 'мать', en: 'mother' },
  'relation.FTH': { az: 'atası', ru: 'отец', en: 'father' },
  'relation.PRN': { az: 'valideyni', ru: 'родитель', en: 'parent' },
  'relation.SPS': { az: 'həyat yoldaşı', ru: 'супруг(а)', en: 'spouse' },
  'relation.HUSB': { az: 'həyat yoldaşı', ru: 'муж', en: 'husband' },
  'relation.WIFE': { az: 'həyat yoldaşı', ru: 'жена', en: 'wife' },
  'relation.CHILD': { az: 'övladı', ru: 'ребёнок', en: 'child' },
  'relation.SON': { az: 'oğlu', ru: 'сын', en: 'son' },
  'relation.DAU': { az: 'qızı', ru: 'дочь', en: 'daughter' },
  'relation.SIB': { az: 'qardaşı və ya bacısı', ru: 'брат или сестра', en: 'brother or sister' },
  'relation.BRO': { az: 'qardaşı', ru: 'брат', en: 'brother' },
  'relation.SIS': { az: 'bacısı', ru: 'сестра', en: 'sister' },
  'relation.GRMTH': { az: 'nənəsi', ru: 'бабушка', en: 'grandmother' },
  'relation.GRFTH': { az: 'babası', ru: 'дедушка', en: 'grandfather' },
  'relation.GUARD': { az: 'qəyyumu', ru: 'опекун', en: 'guardian' },
  'relation.C': { az: 'təcili hallarda əlaqə', ru: 'контакт для экстренных случаев', en: 'emergency contact' },
  'relation.N': { az: 'ən yaxın qohumu', ru: 'ближайший родственник', en: 'next of kin' },
  'relation.other': { az: 'yaxın şəxs', ru: 'близкий человек', en: 'close person' },

  'number.fin': { az: 'FİN', ru: 'ФИН', en: 'FİN' },
  'number.identityCard': { az: 'Şəxsiyyət vəsiqəsi', ru: 'Удостоверение личности', en: 'Identity card' },
  'number.childIdentityCard': {
    az: 'Uşağın şəxsiyyət vəsiqəsi',
    ru: 'Удостоверение личности ребёнка',
    en: 'Child’s identity card',
  },
  'number.passport': { az: 'Pasport', ru: 'Паспорт', en: 'Passport' },
  'number.birthCertificate': {
    az: 'Doğum haqqında şəhadətnamə',
    ru: 'Свидетельство о рождении',
    en: 'Birth certificate',
  },
  'number.temporaryResidencePermit': {
    az: 'Müvəqqəti yaşama icazəsi',
    ru: 'Временный вид на жительство',
    en: 'Temporary residence permit',
  },
  'number.permanentResidencePermit': {
    az: 'Daimi yaşama icazəsi',
    ru: 'Постоянный вид на жительство',
    en: 'Permanent residence permit',
  },
  'number.other': { az: 'Digər nömrə', ru: 'Другой номер', en: 'Other number' },

  'speaks.az': { az: 'Azərbaycan dili', ru: 'азербайджанский', en: 'Azerbaijani' },
  'speaks.ru': { az: 'rus dili', ru: 'русский', en: 'Russian' },
  'speaks.en': { az: 'ingilis dili', ru: 'английский', en: 'English' },
  'speaks.tr': { az: 'türk dili', ru: 'турецкий', en: 'Turkish' },
  'speaks.ka': { az: 'gürcü dili', ru: 'грузинский', en: 'Georgian' },
  'speaks.fa': { az: 'fars dili', ru: 'персидский', en: 'Persian' },
  'speaks.es': { az: 'ispan dili', ru: 'испанский', en: 'Spanish' },
  'speaks.fr': { az: 'fransız dili', ru: 'французский', en: 'French' },
  'speaks.de': { az: 'alman dili', ru: 'немецкий', en: 'German' },
});

type CodeKey = keyof typeof codeMessages;

/** The key of a code's words, or of the list's fallback; `undefined` where neither has words. */
export function codeKey(list: string, code: string | undefined, fallback?: CodeKey): CodeKey | undefined {
  const key = `${list}.${code ?? ''}`;
  return isCodeKey(key) ? key : fallback;
}

const isCodeKey = (key: string): key is CodeKey => Object.hasOwn(codeMessages, key);
