/**
 * Writes src/platform/i18n/generated/ from CLDR (packages cldr-dates-full, cldr-numbers-full) and the history of the
 * zone Asia/Baku from the ICU of this Node. Run: node tools/generate-locales.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const generatedFolder = join(dirname(fileURLToPath(import.meta.url)), '../src/platform/i18n/generated');

type Tree = { readonly [key: string]: Tree | string };

/** CLDR locale that stands behind each interface language; British English, because its dates run day, month, year. */
const sources = { az: 'az', ru: 'ru', en: 'en-GB' } as const;
type Language = keyof typeof sources;

const weekdayKeys = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const relativeUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'];
const currencies = ['AZN', 'USD', 'EUR', 'RUB'];

/** Where we leave CLDR, each with its reason. */
const corrections = {
  /** CLDR has "öncə" (bookish) and "ərzində" (within, not after); documents of the country say "əvvəl" and "sonra". */
  azRelative: (text: string): string => text.replace('öncə', 'əvvəl').replace('ərzində', 'sonra'),
  /** 05/03/2026 is read as 3 May by many readers of English; the short form names the month. */
  enShort: 'd MMM y',
  enMonthYearShort: 'MMM y',
};

function at(tree: Tree | string | undefined, ...path: readonly string[]): Tree {
  let node = tree;
  for (const key of path) node = typeof node === 'object' ? node[key] : undefined;
  if (typeof node !== 'object') throw new Error(`CLDR has no ${path.join('.')}`);
  return node;
}

function text(tree: Tree, key: string): string {
  const value = tree[key];
  if (typeof value !== 'string') throw new Error(`CLDR has no text ${key}`);
  return value;
}

function readCldr(packageName: string, locale: string, file: string): Tree {
  const path = require.resolve(`${packageName}/main/${locale}/${file}`);
  const tree: Tree = JSON.parse(readFileSync(path, 'utf8'));
  return at(tree, 'main', locale);
}

function plainText(value: Tree | string): string {
  if (typeof value !== 'string') throw new Error('CLDR has a branch where a text was expected');
  return value;
}

const inOrder = (tree: Tree, keys: readonly string[]): string[] => keys.map((key) => text(tree, key));

function localeOf(language: Language): object {
  const locale = sources[language];
  const calendar = at(readCldr('cldr-dates-full', locale, 'ca-gregorian.json'), 'dates', 'calendars', 'gregorian');
  const fields = at(readCldr('cldr-dates-full', locale, 'dateFields.json'), 'dates', 'fields');
  return {
    ...calendarNames(calendar),
    dates: datePatterns(language, calendar),
    dateTime: text(at(calendar, 'dateTimeFormats-atTime', 'standard'), 'medium'),
    relative: Object.fromEntries(relativeUnits.map((unit) => [unit, relativeTexts(language, at(fields, unit))])),
    ...numberTexts(locale),
  };
}

function calendarNames(calendar: Tree): object {
  const months = Array.from({ length: 12 }, (_, index) => String(index + 1));
  return {
    months: inOrder(at(calendar, 'months', 'format', 'wide'), months),
    monthsShort: inOrder(at(calendar, 'months', 'format', 'abbreviated'), months),
    monthsAlone: inOrder(at(calendar, 'months', 'stand-alone', 'wide'), months),
    monthsAloneShort: inOrder(at(calendar, 'months', 'stand-alone', 'abbreviated'), months),
    weekdays: inOrder(at(calendar, 'days', 'format', 'wide'), weekdayKeys),
    weekdaysShort: inOrder(at(calendar, 'days', 'format', 'abbreviated'), weekdayKeys),
  };
}

function datePatterns(language: Language, calendar: Tree): object {
  const formats = at(calendar, 'dateFormats');
  const available = at(calendar, 'dateTimeFormats', 'availableFormats');
  const english = language === 'en';
  return {
    short: english ? corrections.enShort : text(available, 'yMd'),
    medium: text(formats, 'medium'),
    long: text(formats, 'long'),
    full: text(formats, 'full'),
    monthYear: text(available, 'yMMMM'),
    monthYearShort: english ? corrections.enMonthYearShort : text(available, 'yM'),
  };
}

function relativeTexts(language: Language, field: Tree): object {
  const correct = language === 'az' ? corrections.azRelative : (phrase: string) => phrase;
  const forms = (tense: string): object =>
    Object.fromEntries(
      Object.entries(at(field, `relativeTime-type-${tense}`)).map(([key, phrase]) => [
        key.replace('relativeTimePattern-count-', ''),
        correct(plainText(phrase)),
      ]),
    );
  const named = Object.entries(field).flatMap(([key, phrase]) =>
    /^relative-type-(-?[012])$/.test(key) ? [[key.replace('relative-type-', ''), phrase]] : [],
  );
  return { named: Object.fromEntries(named), past: forms('past'), future: forms('future') };
}

function numberTexts(locale: string): object {
  const numbers = at(readCldr('cldr-numbers-full', locale, 'numbers.json'), 'numbers');
  const symbols = at(numbers, 'symbols-numberSystem-latn');
  const money = at(readCldr('cldr-numbers-full', locale, 'currencies.json'), 'numbers', 'currencies');
  return {
    numbers: {
      decimal: text(symbols, 'decimal'),
      group: text(symbols, 'group'),
      minus: text(symbols, 'minusSign'),
      minimumGrouping: Number(text(numbers, 'minimumGroupingDigits')),
    },
    percent: text(at(numbers, 'percentFormats-numberSystem-latn'), 'standard').replace(/[#,0.]+/, '{0}'),
    currency: text(at(numbers, 'currencyFormats-numberSystem-latn'), 'standard').replace(/[#,0.]+/, '{0}'),
    currencySymbols: Object.fromEntries(currencies.map((code) => [code, symbolOf(at(money, code), code)])),
  };
}

function symbolOf(currency: Tree, code: string): string {
  const symbol = currency['symbol-alt-narrow'] ?? currency['symbol'] ?? code;
  return plainText(symbol);
}

/** Every change of the offset of Asia/Baku from UTC since 1924, as [UTC milliseconds, offset in minutes]. */
function bakuOffsets(): readonly (readonly [number, number])[] {
  const hourMs = 3_600_000;
  const changes: [number, number][] = [];
  let last = Number.NaN;
  for (let day = Date.UTC(1924, 5, 1); day < Date.UTC(2026, 0, 1); day += 24 * hourMs) {
    if (bakuOffsetMinutes(day + 24 * hourMs) === last) continue;
    for (let instant = day; instant <= day + 24 * hourMs; instant += hourMs) {
      const offset = bakuOffsetMinutes(instant);
      if (offset !== last) changes.push([instant, offset]);
      last = offset;
    }
  }
  return changes;
}

const bakuClock = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Baku', timeZoneName: 'longOffset' });

function bakuOffsetMinutes(instantMs: number): number {
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(bakuClock.format(instantMs));
  if (match === null) throw new Error('this Node gives no offset of Asia/Baku');
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

const heading = '// Generated by tools/generate-locales.ts. Do not edit.\n';
const print = (value: unknown): string => JSON.stringify(value, null, 2);

/** The generated files by name, as they should stand in src/platform/i18n/generated. */
export function generateLocales(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const language of ['az', 'ru', 'en'] as const) {
    const name = `locale${language.charAt(0).toUpperCase()}${language.slice(1)}`;
    const source = `import type { LocaleData } from '../locale-data.ts';\n\nexport const ${name}: LocaleData = ${print(localeOf(language))};\n`;
    files.set(`locale-${language}.ts`, `${heading}${source}`);
  }
  const about =
    '/** Changes of the offset of Asia/Baku from UTC, as [UTC milliseconds, offset in minutes], oldest first. */\n';
  const rows = bakuOffsets().map(([instant, offset]) => `  [${instant}, ${offset}],`);
  const type = 'readonly (readonly [number, number])[]';
  files.set('baku-offsets.ts', `${heading}\n${about}export const bakuOffsets: ${type} = [\n${rows.join('\n')}\n];\n`);
  return files;
}

if (import.meta.main) {
  mkdirSync(generatedFolder, { recursive: true });
  for (const [name, source] of generateLocales()) writeFileSync(join(generatedFolder, name), source);
}
