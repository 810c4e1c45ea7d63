import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import { compareText, type DateStyle, defaultLanguage, formatDate, formatDateTime, formatNumber, type Language, type LocalText } from '#platform/i18n';

/** The texts of a part of the interface by key, each in every language. `{name}` in a text stands for a value. */
export type Messages = Readonly<Record<string, LocalText>>;

export type Values = Readonly<Record<string, string | number>>;

export type Translate<M extends Messages> = (key: keyof M & string, values?: Values) => string;

export type Locale<M extends Messages> = {
  readonly language: Language;
  readonly t: Translate<M>;
  /** A FHIR date or dateTime, or milliseconds since 1970. */
  readonly date: (value: string | number, style?: DateStyle) => string;
  readonly dateTime: (value: string, style?: DateStyle) => string;
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
    t: (key, values) => fillIn(messages[key]?.[language] ?? key, values),
    date: (value, style) => formatDate(typeof value === 'number' ? new Date(value).toISOString() : value, language, style),
    dateTime: (value, style) => formatDateTime(value, language, style),
    number: (value) => formatNumber(value, language),
    compareText: compareText(language),
  };
}

function fillIn(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
