import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName } from './fold-name.ts';
import { soundKey, soundKeys } from './sound-key.ts';

/** Spellings of one name as met in identity cards, passports, Russian documents and on plain keyboards. */
const oneName: readonly (readonly [string, ...string[]])[] = [
  ['Məmmədov', 'Mammadov', 'Mamedov', 'Memmedov', 'Мамедов', 'Мәммәдов', 'Маммадов'],
  ['Əliyev', 'Aliyev', 'Aliev', 'Eliyev', 'Алиев', 'Әлијев'],
  ['Əliyeva', 'Aliyeva', 'Alieva', 'Eliyeva', 'Алиева'],
  ['Hüseynov', 'Huseynov', 'Guseynov', 'Huseinov', 'Гусейнов', 'Һүсејнов'],
  ['Hüseyn', 'Huseyn', 'Hussein', 'Huseyin', 'Гусейн', 'Guseyn'],
  ['Həsənov', 'Hasanov', 'Gasanov', 'Hesenov', 'Гасанов'],
  ['Quliyev', 'Guliyev', 'Kuliyev', 'Guliev', 'Гулиев', 'Кулиев'],
  ['Qarayev', 'Garayev', 'Karaev', 'Караев', 'Гараев'],
  ['Hacıyev', 'Hajiyev', 'Gadzhiev', 'Hadjiyev', 'Гаджиев'],
  ['Xəlilov', 'Khalilov', 'Xelilov', 'Халилов'],
  ['Ələkbərov', 'Alakbarov', 'Alekperov', 'Алекперов'],
  ['Əsgərov', 'Asgarov', 'Askerov', 'Аскеров'],
  ['Ağayev', 'Aghayev', 'Agayev', 'Агаев'],
  ['Orucov', 'Orujov', 'Orudzhev', 'Оруджев'],
  ['Qurbanov', 'Gurbanov', 'Kurbanov', 'Курбанов'],
  ['Axundov', 'Akhundov', 'Ахундов'],
  ['Rzayev', 'Rzaev', 'Рзаев'],
  ['Cəfərov', 'Jafarov', 'Djafarov', 'Джафаров', 'Ceferov'],
  ['Şıxəliyev', 'Shikhaliyev', 'Шихалиев'],
  ['İbrahimov', 'Ibrahimov', 'Ibragimov', 'Ибрагимов'],
  ['Məhərrəmov', 'Maharramov', 'Mageramov', 'Магеррамов'],
  ['Rəhimov', 'Rahimov', 'Ragimov', 'Рагимов'],
  ['Həsənli', 'Hasanly', 'Hasanli', 'Гасанлы'],
  ['Səfərzadə', 'Safarzade', 'Safarzada', 'Сафарзаде'],
  ['Elçin', 'Elchin', 'Elcin', 'Эльчин'],
  ['Xatirə', 'Khatira', 'Xatire', 'Хатира'],
  ['Cəlal', 'Jalal', 'Calal', 'Djalal', 'Dzhalal', 'Джалал', 'Ҹәлал'],
  ['Gülnarə', 'Gulnara', 'Gulnare', 'Гюльнара', 'Ҝүлнарә', 'Гульнара'],
  ['Aygün', 'Aygun', 'Aigun', 'Айгюн', 'Ајҝүн', 'Aygyun'],
  ['Zeynəb', 'Zeynab', 'Zeinab', 'Зейнаб'],
  ['Şəhla', 'Shahla', 'Sehla', 'Шахла', 'Шәһла'],
  ['Heydər', 'Heydar', 'Heidar', 'Haydar', 'Гейдар'],
  ['Ayxan', 'Aykhan', 'Ayhan', 'Айхан'],
  ['Yeganə', 'Yegana', 'Yegane', 'Егана'],
  ['Yaqub', 'Yagub', 'Yakub', 'Ягуб', 'Якуб'],
  ['Yusif', 'Юсиф', 'Yousif'],
  ['Eyyub', 'Ayyub', 'Eyub', 'Эюб', 'Эйюб'],
  ['Çingiz', 'Chingiz', 'Cingiz', 'Чингиз'],
  ['Cəmilə', 'Jamila', 'Djamila', 'Джамиля', 'Cemile'],
  ['Vüsal', 'Vusal', 'Вюсал', 'Вусал', 'Wusal'],
  ['Tofiq', 'Tofig', 'Tofik', 'Тофик'],
  ['İlqar', 'Ilgar', 'Ильгар'],
  ['Əhməd', 'Ahmad', 'Akhmed', 'Ehmed', 'Ахмед'],
  ['Mahmud', 'Makhmud', 'Махмуд'],
  ['Zöhrə', 'Zohra', 'Zokhra', 'Зохра'],
  ['Nigar', 'Нигяр', 'Нигар'],
  ['Lalə', 'Lala', 'Lale', 'Ляля', 'Лала'],
  ['Leyla', 'Leila', 'Layla', 'Лейла'],
  ['Rəşad', 'Rashad', 'Resad', 'Рашад'],
  ['Səid', 'Said', 'Saeed', 'Сеид'],
  ['Ayşə', 'Aisha', 'Aysha', 'Ayse', 'Айша'],
  ['Ülviyyə', 'Ulviyya', 'Ulviya', 'Ульвия'],
  ['Gövhər', 'Govhar', 'Govkhar', 'Говхар'],
  ['Bəhruz', 'Bahruz', 'Behrouz', 'Бахруз'],
  ['İsgəndər', 'Isgandar', 'Iskander', 'Искендер'],
  ['Elşən', 'Elshan', 'Эльшан'],
  ['Gözəl', 'Gozal', 'Gyozal', 'Гёзал'],
  ['Jalə', 'Jala', 'Zhala', 'Жаля', 'Jale'],
  ['Əkbər', 'Akbar', 'Akper', 'Акпер'],
  ['Günay', 'Gunay', 'Gyunay', 'Гюнай'],
  ['Sevinc', 'Sevinj', 'Севиндж'],
  ['Xəyalə', 'Khayala', 'Хаяла'],
  ['Fəxri', 'Fakhri', 'Фахри'],
  ['Vaqif', 'Vagif', 'Вагиф'],
];

const differentNames = [
  ['Kamil', 'Kamilə'],
  ['Kamal', 'Kamil'],
  ['Həsən', 'Hüseyn'],
  ['Əli', 'Vəli'],
  ['Əli', 'Əliyə'],
  ['Aynur', 'Aygün'],
  ['Aynur', 'Aytən'],
  ['Gülnar', 'Gülnarə'],
  ['Gülnar', 'Günay'],
  ['Məmmədov', 'Məmmədova'],
  ['Məmmədov', 'Məmmədli'],
  ['Məmmədov', 'Məmmədzadə'],
  ['Məmməd', 'Mahmud'],
  ['Rəşad', 'Rəşid'],
  ['Nərgiz', 'Nərmin'],
  ['Nərmin', 'Nəriman'],
  ['Elçin', 'Elşən'],
  ['Elçin', 'Elxan'],
  ['Elnur', 'Elnurə'],
  ['Orxan', 'Turxan'],
  ['Samir', 'Səmra'],
  ['Samir', 'Samirə'],
  ['Sevda', 'Sevil'],
  ['Sevinc', 'Sevil'],
  ['Leyla', 'Lalə'],
  ['Lalə', 'Lamiyə'],
  ['Fərid', 'Fəridə'],
  ['Fərid', 'Fərhad'],
  ['Tural', 'Turan'],
  ['Tural', 'Vüsal'],
  ['Vüqar', 'Vüsal'],
  ['Rauf', 'Rafiq'],
  ['Tahir', 'Tağı'],
  ['Namiq', 'Nazim'],
  ['Zaur', 'Zahid'],
  ['Aslan', 'Arslan'],
  ['Cavid', 'Cavad'],
  ['Cavid', 'Calal'],
  ['Murad', 'Mürsəl'],
  ['Ramin', 'Ramil'],
  ['Ramil', 'Ramilə'],
  ['Ruslan', 'Rüstəm'],
  ['Səbinə', 'Səmirə'],
  ['Şəbnəm', 'Şəfəq'],
  ['Ülkər', 'Ülviyyə'],
  ['Xatirə', 'Xədicə'],
  ['Zeynəb', 'Zərifə'],
  ['Yusif', 'Yunus'],
  ['Quliyev', 'Vəliyev'],
  ['Əliyev', 'Vəliyev'],
  ['Əliyev', 'Əlizadə'],
  ['Hacıyev', 'Nağıyev'],
  ['Həsənov', 'Hüseynov'],
  ['Həsənov', 'Əsgərov'],
  ['Cəfərov', 'Səfərov'],
  ['Babayev', 'Bağırov'],
  ['Abdullayev', 'Abbasov'],
  ['Rəhimov', 'Rəsulov'],
  ['İsmayılov', 'İsgəndərov'],
] as const;

describe('soundKey', () => {
  it('has tables of the promised size', () => {
    expect(oneName.length).toBeGreaterThanOrEqual(60);
    expect(differentNames.length).toBeGreaterThanOrEqual(40);
  });

  it.each(oneName)('meets the spellings of %s', (...spellings) => {
    expect(Object.fromEntries(spellings.map((spelling) => [spelling, soundKey(spelling)]))).toEqual(
      Object.fromEntries(spellings.map((spelling) => [spelling, soundKey(spellings[0] ?? '')])),
    );
  });

  it.each(differentNames)('keeps %s and %s apart', (one, other) => {
    expect(soundKey(one)).not.toBe(soundKey(other));
  });

  it('is the same for the typed and the folded word', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aəeıiİbcçjdghğxqkşsyuüoöwvжшяюйёгәҹ') });
    fc.assert(fc.property(letters, (word) => soundKey(foldName(word)) === soundKey(word)));
  });

  it('gives one key for each word', () => {
    expect(soundKeys('Şəhla  Əliyeva')).toEqual([soundKey('Шахла'), soundKey('Алиева')]);
    expect(soundKeys(' ')).toEqual([]);
  });
});
