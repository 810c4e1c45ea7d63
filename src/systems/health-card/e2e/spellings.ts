/** How people type an Azerbaijani name. Each spelling must lead to the person. */
export const spellings: Readonly<Record<string, (name: string) => string>> = {
  'as it is written': (name) => name,
  'in small letters': (name) => name.replaceAll('İ', 'i').replaceAll('I', 'ı').toLowerCase(),
  'on a keyboard without Azerbaijani letters': (name) => replaceLetters(name, bare),
  'as passports spell it': (name) => replaceLetters(name, passport),
  'in Russian letters': (name) => replaceLetters(name.toLowerCase(), russian),
  'with dotted and dotless i mixed up': (name) => name.replace(/[iıİI]/g, (letter) => swappedI[letter] ?? letter),
};

const bare = { ə: 'e', ğ: 'g', ı: 'i', İ: 'I', ö: 'o', ü: 'u', ş: 's', ç: 'c' };
const passport = { ə: 'a', ğ: 'gh', ı: 'i', İ: 'I', ö: 'o', ü: 'u', ş: 'sh', ç: 'ch', x: 'kh', q: 'g', c: 'j' };
const swappedI: Readonly<Record<string, string>> = { i: 'ı', ı: 'i', İ: 'I', I: 'İ' };
const russian = {
  a: 'а',
  b: 'б',
  c: 'дж',
  ç: 'ч',
  d: 'д',
  e: 'е',
  ə: 'а',
  f: 'ф',
  g: 'г',
  ğ: 'г',
  h: 'г',
  x: 'х',
  ı: 'ы',
  i: 'и',
  j: 'ж',
  k: 'к',
  q: 'к',
  l: 'л',
  m: 'м',
  n: 'н',
  o: 'о',
  ö: 'о',
  p: 'п',
  r: 'р',
  s: 'с',
  ş: 'ш',
  t: 'т',
  u: 'у',
  ü: 'у',
  v: 'в',
  y: 'й',
  z: 'з',
};

function replaceLetters(name: string, table: Readonly<Record<string, string>>): string {
  return Array.from(name, (letter) => {
    const small = letter === 'İ' ? letter : letter.toLowerCase();
    const replaced = table[letter] ?? table[small];
    if (replaced === undefined) return letter;
    return letter === small ? replaced : replaced.charAt(0).toUpperCase() + replaced.slice(1);
  }).join('');
}
