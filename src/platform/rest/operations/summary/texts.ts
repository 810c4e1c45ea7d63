import { defineMessages } from '#platform/i18n';

/** Titles of the sections. */
export const titles = defineMessages({
  alerts: { az: 'Xəbərdarlıqlar', ru: 'Предупреждения', en: 'Alerts' },
  allergies: { az: 'Allergiyalar və dözümsüzlük', ru: 'Аллергии и непереносимость', en: 'Allergies and intolerances' },
  problems: { az: 'Problemlər', ru: 'Проблемы', en: 'Problems' },
  medications: { az: 'Dərman vasitələri', ru: 'Лекарственные средства', en: 'Medication' },
  immunizations: { az: 'Peyvəndlər', ru: 'Прививки', en: 'Immunizations' },
  results: { az: 'Müayinə nəticələri', ru: 'Результаты исследований', en: 'Results' },
  vitalSigns: { az: 'Həyati göstəricilər', ru: 'Жизненные показатели', en: 'Vital signs' },
  procedures: { az: 'Əməliyyatlar və prosedurlar', ru: 'Операции и процедуры', en: 'Procedures' },
  devices: { az: 'Tibbi cihazlar', ru: 'Медицинские изделия', en: 'Medical devices' },
  pregnancy: { az: 'Hamiləlik', ru: 'Беременность', en: 'Pregnancy' },
  pastProblems: { az: 'Keçirilmiş xəstəliklər', ru: 'Перенесённые заболевания', en: 'Past illnesses' },
  socialHistory: { az: 'Həyat tərzi', ru: 'Образ жизни', en: 'Social history' },
  planOfCare: { az: 'Qayğı planı', ru: 'План ведения', en: 'Plan of care' },
  advanceDirectives: {
    az: 'Xəstənin əvvəlcədən bildirdiyi iradə',
    ru: 'Заблаговременные распоряжения пациента',
    en: 'Advance directives',
  },
});

export const texts = defineMessages({
  title: {
    az: 'Beynəlxalq pasiyent xülasəsi',
    ru: 'Международная сводка о пациенте',
    en: 'International Patient Summary',
  },
  name: { az: 'Adı', ru: 'Название', en: 'Name' },
  detail: { az: 'Ətraflı', ru: 'Подробности', en: 'Details' },
  date: { az: 'Tarix', ru: 'Дата', en: 'Date' },
  unnamed: { az: 'Adı göstərilməyib', ru: 'Без названия', en: 'No name given' },
  yes: { az: 'bəli', ru: 'да', en: 'yes' },
  no: { az: 'xeyr', ru: 'нет', en: 'no' },
  noInformation: {
    az: 'Bu barədə məlumat yoxdur.',
    ru: 'Сведений об этом нет.',
    en: 'There is no information about this.',
  },
  criticality: {
    az: '{level, select, high {yüksək təhlükə} low {aşağı təhlükə} other {təhlükəsi məlum deyil}}',
    ru: '{level, select, high {высокая опасность} low {низкая опасность} other {опасность неизвестна}}',
    en: '{level, select, high {high risk} low {low risk} other {risk unknown}}',
  },
  dose: { az: '{n, number}-ci doza', ru: 'доза № {n, number}', en: 'dose {n, number}' },
});
