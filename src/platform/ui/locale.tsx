import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import {
  compareText,
  type DateStyle,
  defaultLanguage,
  formatDate,
  formatDateTime,
  formatNumber,
  type Language,
  type LocalText,
  type Messages,
  type MessageValues,
  translate,
} from '#platform/i18n';

export type Translate<M extends Messages> = (key: keyof M & string, values?: MessageValues) => string;

export type Locale<M extends Messages> = {
  readonly language: Language;
  readonly t: Translate<M>;
  /** A text that stands outside the messages, such as a label that another part brings. */
  readonly say: (text: LocalText, values?: MessageValues) => string;
  /** A FHIR date or dateTime, or milliseconds since 1970. */
  readonly date: (value: string | number, style?: DateStyle) => string;
  readonly dateTime: (value: string, style?: DateStyle) => string;
  /** A number, or the literal of a decimal, of which every digit is kept. */
  readonly number: (value: string | number) => string;
  readonly compareText: (a: string, b: string) => number;
};

const LanguageContext = createContext<Language>(defaultLanguage);

export function LocaleProvider({ language, children }: { language: Language; children: ReactNode }): ReactElement {
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

/** Words and formats of the reader's language, with the messages of the part that asks. */
export function useLocale<M extends Messages>(messages: M): Locale<M> {
  const language = useContext(LanguageContext);
  return useMemo(() => localeOf(language, messages), [language, messages]);
}

export function localeOf<M extends Messages>(language: Language, messages: M): Locale<M> {
  return {
    language,
    t: (key, values) => {
      const text = messages[key];
      return text === undefined ? key : translate(language, text, values);
    },
    say: (text, values) => translate(language, text, values),
    date: (value, style) =>
      formatDate(typeof value === 'number' ? new Date(value).toISOString() : value, language, style),
    dateTime: (value, style) => formatDateTime(value, language, style),
    number: (value) => formatNumber(value, language),
    compareText: compareText(language),
  };
}
