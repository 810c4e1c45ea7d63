import { type Span, toSpan } from './periods.ts';
import { plainUnit, ucumSystem } from './ucum.ts';
import { type Found, isJson, type Json } from './walk-path.ts';

/** A span of numbers, both ends included, with the forms its unit may be asked for by. */
export type NumberRange = Span & { readonly units: readonly string[] };

const unbounded: Span = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };

/** The time an element covers by its type; a Period or Timing counts from its first to its last moment. */
export function spanOf({ value, type }: Found): Span | undefined {
  if (typeof value === 'string') {
    return toSpan(value);
  }
  if (!isJson(value)) {
    return undefined;
  }
  if (type === 'Period') {
    return periodSpan(value);
  }
  return type === 'Timing' ? timingSpan(value) : undefined;
}

function periodSpan(period: Json): Span | undefined {
  const start = typeof period['start'] === 'string' ? toSpan(period['start']) : undefined;
  const end = typeof period['end'] === 'string' ? toSpan(period['end']) : undefined;
  return start || end ? { lo: start?.lo ?? unbounded.lo, hi: end?.hi ?? unbounded.hi } : undefined;
}

function timingSpan(timing: Json): Span | undefined {
  const events = (Array.isArray(timing['event']) ? timing['event'] : [])
    .map((each) => (typeof each === 'string' ? toSpan(each) : undefined))
    .filter((each) => each !== undefined);
  const repeat = timing['repeat'];
  const bounds = isJson(repeat) && isJson(repeat['boundsPeriod']) ? periodSpan(repeat['boundsPeriod']) : undefined;
  const spans = bounds ? [...events, bounds] : events;
  return spans.length === 0
    ? undefined
    : { lo: Math.min(...spans.map((each) => each.lo)), hi: Math.max(...spans.map((each) => each.hi)) };
}

/** The numbers an element covers by its type: a plain number, a quantity with its unit, money, a range. */
export function numberRangesOf({ value, type }: Found): NumberRange[] {
  if (typeof value === 'number') {
    return [{ lo: value, hi: value, units: [] }];
  }
  if (!isJson(value)) {
    return [];
  }
  if (type === 'Range') {
    return rangeOf(value);
  }
  if (type === 'SampledData') {
    const origin = value['origin'];
    return isJson(origin) ? numberRangesOf({ value: origin, type: 'Quantity' }) : [];
  }
  const amount = value['value'];
  return typeof amount === 'number' ? [{ ...comparedSpan(amount, value['comparator']), units: unitForms(value) }] : [];
}

function rangeOf(range: Json): NumberRange[] {
  const low = isJson(range['low']) ? range['low'] : {};
  const high = isJson(range['high']) ? range['high'] : {};
  const lo = typeof low['value'] === 'number' ? low['value'] : unbounded.lo;
  const hi = typeof high['value'] === 'number' ? high['value'] : unbounded.hi;
  const units = [...new Set([...unitForms(low), ...unitForms(high)])];
  return lo === unbounded.lo && hi === unbounded.hi ? [] : [{ lo, hi, units }];
}

/** `< 5` covers everything up to 5. */
function comparedSpan(amount: number, comparator: unknown): Span {
  switch (comparator) {
    case '<':
    case '<=':
      return { lo: unbounded.lo, hi: amount };
    case '>':
    case '>=':
      return { lo: amount, hi: unbounded.hi };
    default:
      return { lo: amount, hi: amount };
  }
}

function unitForms(quantity: Json): string[] {
  const { system, code, unit, currency } = quantity;
  const plain = system === ucumSystem && typeof code === 'string' ? plainUnit(code).code : undefined;
  const forms = [
    plain === undefined ? undefined : `${ucumSystem}|${plain}`,
    typeof system === 'string' && typeof code === 'string' ? `${system}|${code}` : undefined,
    typeof code === 'string' ? `|${code}` : undefined,
    typeof unit === 'string' ? `|${unit}` : undefined,
    typeof currency === 'string' ? `|${currency}` : undefined,
    typeof currency === 'string' ? `urn:iso:std:iso:4217|${currency}` : undefined,
  ];
  return [...new Set(forms.filter((each) => each !== undefined))];
}
