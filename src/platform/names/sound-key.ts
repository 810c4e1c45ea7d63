import { foldedWords, foldName } from './fold-name.ts';

type Rule = readonly [pattern: RegExp, replacement: string];

/**
 * Applied in order to a folded word. Every rule stands for spellings of one sound that are met in passports,
 * in Russian documents and on keyboards without Azerbaijani letters. The order matters.
 */
const rules: readonly Rule[] = [
  [/(?:dzh|dj|tch|ch|zh|j)/g, 'c'], // Cəlal, Jalal, Djalal, Dzhalal; Elçin, Elchin; Jalə, Zhala
  [/(?:sch|sh)/g, 's'], // Şəhla, Shahla
  [/ph/g, 'f'],
  [/ee/g, 'i'], // Saeed
  [/oo|ou/g, 'u'], // Mourad
  [/[hxgq]/g, 'k'], // Xəlil, Khalil; Qarayev, Garayev, Karayev; Hüseyn, Guseyn; Ağayev, Aghayev
  [/(.)\1+/g, '$1'], // Məmmədov, Mamedov; also what kh and gh have become
  [/kp/g, 'kb'], // Ələkbərov, Alekperov
  [/w/g, 'v'],
  [/yu/g, 'u'], // Aygün, Aygyun, Айгюн
  [/yo/g, 'o'], // Göyçək, Gyoychak, Гёйчек
  [/ye/g, 'e'], // Əliyev, Aliev; Yeganə, Егана
  [/iya/g, 'ia'], // Ülviyyə, Ulvia
  [/(?<=[bcdfklmnprstvz])ya/g, 'a'], // Gəncə, Гянджа
  [/o(?=va?$)/g, 'e'], // Orucov, Orujev, Оруджев: the ending keeps its sex and loses its vowel
  [/[ea]+/g, 'a'], // Əli, Ali, Eli; Zeynəb, Zeynab
  [/[yi]+/g, 'i'], // Zeynəb, Zeinab; Hasanly, Həsənli
  [/(.)\1+/g, '$1'],
];

/**
 * A looser key under which the spellings of one name meet: Məmmədov, Mammadov and Мамедов have one key.
 * It keeps the order of sounds and the endings of sex (Kamil and Kamilə differ), and takes one word, typed or folded.
 * Different names can share a key (Qasım and Haşım), so a search by key ranks what it found with `rankNameMatch`.
 */
export function soundKey(word: string): string {
  let key = foldName(word).replaceAll(' ', '');
  for (const [pattern, replacement] of rules) key = key.replace(pattern, replacement);
  return key;
}

/** The sound key of every word of a name, in the order typed. */
export function soundKeys(name: string): readonly string[] {
  return foldedWords(name).map(soundKey);
}
