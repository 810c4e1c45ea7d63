import { defaultLanguage, isLanguage, type Language, negotiateLanguage } from '#platform/i18n';

const cookieName = 'vsis-language';
const yearSeconds = 365 * 24 * 60 * 60;

/** The language last chosen, else the one the browser asks for. The address decides first; this is for `/` alone. */
export function preferredLanguage(cookies: string, browserLanguages: readonly string[]): Language {
  const remembered = new RegExp(`(?:^|;\\s*)${cookieName}=([a-z]{2})`).exec(cookies)?.[1];
  if (remembered !== undefined && isLanguage(remembered)) return remembered;
  // Browsers in Azerbaijan are often set to English or Russian by their makers; only a stated wish for Azerbaijani or
  // Russian counts, all others begin in the official language.
  const negotiated = negotiateLanguage(browserLanguages.join(','));
  return negotiated === 'ru' ? 'ru' : defaultLanguage;
}

/** Remembers a choice for a year, for this portal alone. A cookie, so that a server that renders pages sees it too. */
export const rememberLanguage = (language: Language): string =>
  `${cookieName}=${language}; path=/; max-age=${yearSeconds}; samesite=lax`;

/** The address of the same page in another language. */
export function inLanguage(pathAndQuery: string, language: Language): string {
  return pathAndQuery.replace(/^\/[^/?#]*/, `/${language}`);
}
