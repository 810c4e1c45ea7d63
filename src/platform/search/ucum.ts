import { convertUnits } from '#platform/fhir';
import { recentResults } from './recent-results.ts';
import type { QuantityValue } from './search-values.ts';
import { type Found, isJson } from './walk-path.ts';

export const ucumSystem = 'http://unitsofmeasure.org';

/**
 * A UCUM code without its annotations, which mean nothing: `mg{total}` is `mg`, `{cells}/uL` is `1/uL`. Undefined where
 * the rest is no unit that converts. UCUM, sections 6 and 12.
 */
export const plainUnit = recentResults<{ readonly code: string | undefined }>(
  (code) => {
    const plain = code.replace(/(^|[./(])\{[^{}]*\}/g, '$11').replace(/\{[^{}]*\}/g, '');
    const isUnit =
      code.length <= charactersAtMost && !/[\s{}]/.test(plain) && convertUnits(1, plain, plain) !== undefined;
    return { code: isUnit ? plain : undefined };
  },
  { atMost: 5000, characters: 120 },
);

const charactersAtMost = 120;

/** Codes of the UCUM units, without annotations, in which an element gives a quantity; a Range may have two. */
export function ucumCodesOf({ value }: Found): readonly string[] {
  return isJson(value) ? [value, value['low'], value['high'], value['origin']].flatMap(codeOf) : [];
}

function codeOf(quantity: unknown): readonly string[] {
  const isUcum = isJson(quantity) && quantity['system'] === ucumSystem && typeof quantity['code'] === 'string';
  const plain = isUcum ? plainUnit(String(quantity['code'])).code : undefined;
  return plain === undefined ? [] : [plain];
}

type Conversion = ((value: number) => number) | undefined;

/** Between units of one dimension numbers convert; a space divides the two codes, which UCUM does not use. */
const conversions = recentResults<{ readonly convert: Conversion }>(
  (pair) => {
    const [from = '', to = ''] = pair.split(' ');
    const [zero, one, hundred] = [0, 1, 100].map((value) => convertUnits(value, from, to));
    if (zero === undefined || one === undefined || hundred === undefined) {
      return { convert: undefined };
    }
    const factor = (hundred - zero) / 100;
    const isLinear = Math.abs(zero + factor - one) <= 1e-9 * Math.max(Math.abs(one), Math.abs(zero));
    return { convert: isLinear && zero === 0 ? (value) => rounded(value * one) : convertEach(from, to) };
  },
  { atMost: 5000, characters: 120 },
);

function convertEach(from: string, to: string): (value: number) => number {
  return (value) => rounded(convertUnits(value, from, to) ?? Number.NaN);
}

/** How a number of one UCUM unit is told in another; undefined where the units measure different things. */
function unitConversion(from: string, to: string): Conversion {
  return from.includes(' ') || to.includes(' ') ? undefined : conversions(`${from} ${to}`).convert;
}

/** A quantity as it is asked for, and, if its unit is of UCUM, in every other of the units that it converts to. */
export function inUnits<Quantity extends QuantityValue & { readonly unit: string }>(
  value: Quantity,
  units: readonly string[],
): Quantity[] {
  const prefix = `${ucumSystem}|`;
  const own = value.unit.startsWith(prefix) ? value.unit.slice(prefix.length) : undefined;
  const others = own === undefined ? [] : units.filter((unit) => unit !== own);
  const { span, exact } = value;
  return [
    value,
    ...others.flatMap((unit) => {
      const convert = unitConversion(own ?? '', unit);
      const converted = convert && { span: { lo: convert(span.lo), hi: convert(span.hi) }, exact: convert(exact) };
      return converted ? [{ ...value, ...converted, unit: prefix + unit }] : [];
    }),
  ];
}

/** Without the noise of binary fractions: no measurement has twelve digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
