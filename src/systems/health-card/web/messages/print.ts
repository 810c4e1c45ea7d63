import { defineMessages } from '#platform/i18n';

export const printMessages = defineMessages({
  title: { az: 'Çap üçün', ru: 'Для печати', en: 'For print' },
  summaryOnly: { az: 'Təcili xülasə', ru: 'Экстренная сводка', en: 'Emergency summary' },
  wholeCard: { az: 'Bütün kart', ru: 'Вся карта', en: 'Whole card' },
  print: { az: 'Çap et', ru: 'Печать', en: 'Print' },
  heading: {
    az: 'Elektron sağlamlıq kartından çıxarış',
    ru: 'Выписка из электронной карты здоровья',
    en: 'Extract of the electronic health card',
  },
  footer: {
    az: 'Nümayiş nüsxəsi: hüquqi qüvvəsi yoxdur. VSİS',
    ru: 'Демонстрационный экземпляр: юридической силы не имеет. VSİS',
    en: 'Demonstration copy without legal force. VSİS',
  },
});
