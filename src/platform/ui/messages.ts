import { defineMessages } from '#platform/i18n';

export const uiMessages = defineMessages({
  skipToContent: { az: 'Əsas məzmuna keç', ru: 'Перейти к содержанию', en: 'Skip to content' },
  mainNavigation: { az: 'Əsas menyu', ru: 'Главное меню', en: 'Main menu' },
  languageSwitch: { az: 'Dil', ru: 'Язык', en: 'Language' },
  loading: { az: 'Yüklənir', ru: 'Загрузка', en: 'Loading' },
  tryAgain: { az: 'Yenidən cəhd et', ru: 'Повторить', en: 'Try again' },
  usualRange: { az: 'Norma aralığı', ru: 'Норма', en: 'Reference range' },
  originalWording: { az: 'Qeydin öz dilində', ru: 'На языке записи', en: 'In the language of the record' },
  errorCode: { az: 'Xətanın kodu: {code}', ru: 'Код ошибки: {code}', en: 'Error code: {code}' },
  unreachableTitle: { az: 'Serverlə əlaqə yoxdur', ru: 'Нет связи с сервером', en: 'The server cannot be reached' },
  unreachableHelp: {
    az: 'Şəbəkəni yoxlayın və yenidən cəhd edin. Məlumat itməyib.',
    ru: 'Проверьте сеть и повторите попытку. Данные не потеряны.',
    en: 'Check the network and try again. No data have been lost.',
  },
  notFoundTitle: { az: 'Belə qeyd tapılmadı', ru: 'Запись не найдена', en: 'There is no such record' },
  notFoundHelp: {
    az: 'Ünvanı yoxlayın və ya şəxsi axtarışla tapın.',
    ru: 'Проверьте адрес или найдите человека через поиск.',
    en: 'Check the address, or find the person by searching.',
  },
  goneTitle: { az: 'Bu qeyd silinib', ru: 'Эта запись удалена', en: 'This record has been deleted' },
  goneHelp: {
    az: 'Qeydin əvvəlki versiyaları tarixçədə saxlanılır.',
    ru: 'Прежние версии записи хранятся в истории.',
    en: 'Its earlier versions are kept in the history.',
  },
  forbiddenTitle: {
    az: 'Bu qeydə baxmaq icazəniz yoxdur',
    ru: 'Нет доступа к этой записи',
    en: 'You may not see this record',
  },
  forbiddenHelp: {
    az: 'Giriş hüququ üçün təşkilatınızın məsul şəxsinə müraciət edin.',
    ru: 'За доступом обратитесь к ответственному лицу вашей организации.',
    en: 'Ask the person in charge of access at your organisation.',
  },
  busyTitle: { az: 'Server həddən artıq yüklənib', ru: 'Сервер перегружен', en: 'The server is too busy' },
  busyHelp: { az: 'Bir azdan yenidən cəhd edin.', ru: 'Повторите попытку чуть позже.', en: 'Try again in a moment.' },
  refusedTitle: { az: 'Sorğu qəbul edilmədi', ru: 'Запрос отклонён', en: 'The request was refused' },
  refusedHelp: {
    az: 'Server bu sorğunu başa düşmədi və ya icra edə bilmədi.',
    ru: 'Сервер не понял этот запрос или не смог его выполнить.',
    en: 'The server did not understand this request or could not carry it out.',
  },
  faultTitle: { az: 'Gözlənilməz xəta baş verdi', ru: 'Произошла непредвиденная ошибка', en: 'Something went wrong' },
  faultHelp: {
    az: 'Yenidən cəhd edin. Xəta təkrarlanarsa, dəstək xidmətinə xəbər verin.',
    ru: 'Повторите попытку. Если ошибка повторится, сообщите в службу поддержки.',
    en: 'Try again. If it happens once more, tell the support desk.',
  },
});
