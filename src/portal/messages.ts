import { defineMessages } from '#platform/i18n';

export const portalMessages = defineMessages({
  tagline: {
    az: 'Vahid səhiyyə informasiya sistemi',
    ru: 'Единая информационная система здравоохранения',
    en: 'Unified health information system',
  },
  demoMark: { az: 'nümayiş', ru: 'демо', en: 'demo' },
  home: { az: 'Baş səhifə', ru: 'Главная', en: 'Home' },
  footerDemo: {
    az: 'Bütün şəxslər və qeydlər uydurmadır və ya açıq nümunədir.',
    ru: 'Все люди и записи вымышлены или взяты из открытых образцов.',
    en: 'All people and records are invented or open samples.',
  },
  footerFhir: { az: 'FHIR ünvanı', ru: 'Адрес FHIR', en: 'FHIR address' },
  notFoundTitle: { az: 'Səhifə tapılmadı', ru: 'Страница не найдена', en: 'Page not found' },
  notFoundHelp: {
    az: 'Bu ünvanda səhifə yoxdur. Ünvanda səhv ola bilər və ya səhifə köçürülüb.',
    ru: 'По этому адресу страницы нет. Возможно, в адресе ошибка или страница перенесена.',
    en: 'There is no page at this address. It may be mistyped, or the page has moved.',
  },
  toHome: { az: 'Baş səhifəyə keç', ru: 'На главную', en: 'Go to the home page' },
  errorTitle: { az: 'Səhifə açılmadı', ru: 'Страница не открылась', en: 'The page could not be shown' },

  startTitle: {
    az: 'Bir şəxs, bir sağlamlıq kartı',
    ru: 'Один человек, одна карта здоровья',
    en: 'One person, one health card',
  },
  startLead: {
    az: 'VSİS hər kəsin tibbi qeydlərini bir kartda birləşdirir: təcili xülasə, diaqnozlar, nəticələr, peyvəndlər, dərmanlar və sənədlər. Bu, nümayiş nüsxəsidir.',
    ru: 'VSİS собирает медицинские записи каждого человека в одной карте: экстренная сводка, диагнозы, результаты, прививки, лекарства и документы. Это демонстрационная версия.',
    en: 'VSİS brings everyone’s medical records together in one card: emergency summary, problems, results, vaccinations, medicines and documents. This is a demonstration.',
  },
  loopbackTitle: {
    az: 'Proqram yalnız bu kompüterdə işləyir',
    ru: 'Программа доступна только на этом компьютере',
    en: 'The program listens on this machine only',
  },
  loopbackHelp: {
    az: 'Sistemə giriş hələ qurulmayıb, ona görə proqrama şəbəkədən qoşulmaq olmur. Real şəxslərin məlumatlarını daxil etməyin.',
    ru: 'Входа с паролем пока нет, поэтому программа недоступна из сети. Не вносите данные настоящих людей.',
    en: 'There is no sign-in yet, so the program cannot be reached over the network. Do not enter data of real people.',
  },
  chooseRole: {
    az: 'Kimin adından baxmaq istəyirsiniz?',
    ru: 'От чьего имени смотреть?',
    en: 'As whom do you want to look?',
  },
  chooseRoleHelp: {
    az: 'Sistemə giriş qurulana qədər nümayiş şəxslərindən birini seçin.',
    ru: 'Пока входа нет, выберите одного из демонстрационных людей.',
    en: 'Until sign-in comes, choose one of the demonstration people.',
  },
  citizens: { az: 'Vətəndaş', ru: 'Гражданин', en: 'Citizen' },
  citizensHelp: { az: 'Öz kartını görür', ru: 'Видит свою карту', en: 'Sees their own card' },
  staff: { az: 'Həkim', ru: 'Врач', en: 'Doctor' },
  staffHelp: {
    az: 'Şəxsi axtarır və kartını açır',
    ru: 'Ищет человека и открывает его карту',
    en: 'Finds a person and opens the card',
  },
  noCast: {
    az: 'Bu bazada nümayiş şəxsi yoxdur. Axtarışdan başlayın.',
    ru: 'В этой базе нет демонстрационных людей. Начните с поиска.',
    en: 'This database has no demonstration people. Begin with the search.',
  },
  toSearch: { az: 'Şəxs axtar', ru: 'Найти человека', en: 'Find a person' },
  signedInAs: { az: 'Baxan: {name}', ru: 'Смотрит: {name}', en: 'Looking as {name}' },
  change: { az: 'Dəyiş', ru: 'Сменить', en: 'Change' },
  myCard: { az: 'Mənim kartım', ru: 'Моя карта', en: 'My card' },
});
