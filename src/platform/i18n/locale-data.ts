import { localeAz } from './generated/locale-az.ts';
import { localeEn } from './generated/locale-en.ts';
import { localeRu } from './generated/locale-ru.ts';
import type { Language } from './language.ts';

export type RelativeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Plural forms by CLDR category; `other` is always there. */
export type PluralForms = {
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
};

export type RelativeTexts = {
  /** Wording for a difference of exactly so many units, e.g. '-1' is "yesterday". */
  readonly named: Readonly<Record<string, string>>;
  readonly past: PluralForms;
  readonly future: PluralForms;
};

/** What the formatters know of one language. Months count from January, weekdays from Monday. */
export type LocaleData = {
  readonly months: readonly string[];
  readonly monthsShort: readonly string[];
  readonly monthsAlone: readonly string[];
  readonly monthsAloneShort: readonly string[];
  readonly weekdays: readonly string[];
  readonly weekdaysShort: readonly string[];
  /** CLDR patterns of whole and partial dates. */
  readonly dates: Readonly<Record<'short' | 'medium' | 'long' | 'full' | 'monthYear' | 'monthYearShort', string>>;
  readonly dateTime: string;
  readonly relative: Readonly<Record<RelativeUnit, RelativeTexts>>;
  readonly numbers: {
    readonly decimal: string;
    readonly group: string;
    readonly minus: string;
    readonly minimumGrouping: number;
  };
  readonly percent: string;
  readonly currency: string;
  readonly currencySymbols: Readonly<Record<string, string>>;
};

export const localeData: Readonly<Record<Language, LocaleData>> = { az: localeAz, ru: localeRu, en: localeEn };
