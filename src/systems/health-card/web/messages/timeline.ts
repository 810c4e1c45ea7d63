import { defineMessages } from '#platform/i18n';

export const timelineMessages = defineMessages({
  title: { az: 'Zaman xətti', ru: 'Хронология', en: 'Timeline' },
  kinds: { az: 'Növ', ru: 'Вид', en: 'Kind' },
  allKinds: { az: 'Hamısı', ru: 'Все', en: 'All' },
  year: { az: 'İl', ru: 'Год', en: 'Year' },
  allYears: { az: 'bütün illər', ru: 'все годы', en: 'all years' },
  empty: {
    az: 'Seçilmiş şərtlə hadisə yoxdur.',
    ru: 'Событий с таким условием нет.',
    en: 'There is no event that fits.',
  },
  undated: { az: 'Tarixi məlum deyil', ru: 'Без даты', en: 'Undated' },
  shown: {
    az: '{n, plural, other {# hadisə göstərilib}}',
    ru: '{n, plural, one {Показано # событие} few {Показано # события} many {Показано # событий} other {Показано # события}}',
    en: '{n, plural, one {# event shown} other {# events shown}}',
  },
  reason: { az: 'Səbəb', ru: 'Причина', en: 'Reason' },
  notDone: { az: 'icra olunmayıb', ru: 'не выполнено', en: 'not done' },
});
