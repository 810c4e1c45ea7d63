import { convertUnits } from '#platform/fhir';
import { invalid, printable } from './errors.ts';
import { splitUnescaped, unescape } from './escapes.ts';

/** A place in degrees (WGS 84). */
export type Point = { readonly latitude: number; readonly longitude: number };

/** Everything within a distance of a place. */
export type Surroundings = Point & { readonly km: number };

/** Where no distance is given the server chooses: an hour's way. */
const defaultKm = 50;

/** `latitude|longitude|distance|unit`; without a unit kilometres are meant. FHIR R4, location.html#search. */
export function readSurroundings(name: string, text: string): Surroundings {
  const [latitude, longitude, distance = '', unit = '', ...rest] = splitUnescaped(text, '|').map(unescape);
  if (longitude === undefined || rest.length > 0) {
    throw invalid(name, 'the form is latitude|longitude, or latitude|longitude|distance|unit');
  }
  return {
    latitude: readNumber(name, latitude ?? '', { least: -90, most: 90 }),
    longitude: readNumber(name, longitude, { least: -180, most: 180 }),
    km: distance === '' ? defaultKm : toKm(name, readNumber(name, distance, { least: 0, most: 1e9 }), unit),
  };
}

function readNumber(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (!/^[+-]?\d+(\.\d+)?$/.test(text) || value < least || value > most) {
    throw invalid(name, `"${printable(text)}" is no number from ${least} to ${most}`);
  }
  return value;
}

function toKm(name: string, distance: number, unit: string): number {
  const km = unit === '' || unit === 'km' ? distance : convertUnits(distance, unit, 'km');
  if (km === undefined) {
    throw invalid(name, `"${printable(unit)}" is no UCUM unit of length, such as km, m or [mi_i]`);
  }
  return km;
}

/** The place that a position of a Location tells. */
export function pointOf(position: unknown): Point | undefined {
  const { latitude, longitude } = (position ?? {}) as { latitude?: unknown; longitude?: unknown }; // as: the names are tested below
  return typeof latitude === 'number' && typeof longitude === 'number' ? { latitude, longitude } : undefined;
}
