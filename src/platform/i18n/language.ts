/** The interface languages, the official one first. */
export const languages = ['az', 'ru', 'en'] as const;

export type Language = (typeof languages)[number];

/** One text in every interface language. */
export type LocalText = Readonly<Record<Language, string>>;

export const defaultLanguage: Language = 'az';

export const isLanguage = (text: string): text is Language => languages.some((language) => language === text);

const negotiable: Readonly<Record<string, Language>> = {
  az: 'az',
  aze: 'az',
  ru: 'ru',
  rus: 'ru',
  en: 'en',
  eng: 'en',
};

/**
 * The interface language for an Accept-Language header (RFC 9110, 12.5.4): the best weighted one we have, by its
 * primary subtag; the default when the header is absent, unreadable, or names none of ours.
 */
export function negotiateLanguage(acceptLanguage: string | undefined): Language {
  const wishes = (acceptLanguage ?? '')
    .split(',')
    .map(readWish)
    .filter((wish) => wish.weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { primary } of wishes) {
    const language = primary === '*' ? defaultLanguage : negotiable[primary];
    if (language !== undefined) return language;
  }
  return defaultLanguage;
}

function readWish(part: string): { primary: string; weight: number } {
  const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
  const quality = parameters.map((parameter) => /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]);
  const weight = parameters.length === 0 ? 1 : Number(quality[0] ?? 0);
  return { primary: range.trim().split('-')[0] ?? '', weight: range.trim() === '' ? 0 : weight };
}
