import { isJsonObject } from '../definitions/resource.ts';
import { convertUnits } from './convert-units.ts';

/**
 * Order of two FHIR values: negative, zero or positive; `undefined` where they cannot be compared.
 * Dates of different precision are compared as far as both go, then the shorter one counts as the earlier.
 */
export function compareValues(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  if (isJsonObject(left) && isJsonObject(right)) return compareQuantities(left, right);
  return undefined;
}

function compareTexts(left: string, right: string): number {
  if (left.includes('T') && right.includes('T')) return Date.parse(left) - Date.parse(right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareQuantities(left: Record<string, unknown>, right: Record<string, unknown>): number | undefined {
  if (typeof left['value'] !== 'number' || typeof right['value'] !== 'number') return undefined;
  const { system, code } = left;
  if (typeof system !== 'string' || typeof code !== 'string' || typeof right['code'] !== 'string') return undefined;
  if (system !== right['system']) return undefined;
  if (code === right['code']) return left['value'] - right['value'];
  const converted =
    system === 'http://unitsofmeasure.org' ? convertUnits(left['value'], code, right['code']) : undefined;
  return converted === undefined ? undefined : converted - right['value'];
}
