import { type FinFault, foldFin, readFin, soundKeys } from '#platform/names';

/** What someone typed to find a person, and what to ask the record for. */
export type PersonQuery = {
  readonly text: string;
  /** Search by number, alone or beside the search by name. */
  readonly fin?: string;
  readonly name?: string;
  /** Search by sound, where what was typed has enough of it. */
  readonly sound?: string;
  /** A number that looks mistyped: what is wrong, and what was likely meant. */
  readonly hint?: { readonly fault: FinFault; readonly suggestion: string };
};

const shortest = 2;

/** Fewer sounds than this begin too many names to call any of them similar: `xxqq` sounds as `k`. */
const fewestSounds = 3;

/**
 * Reads one line as a FİN, a name, or both: seven letters may be either. Anything with a digit in it is a number, because
 * no name has one. Shorter than two signs asks for nothing.
 */
export function readPersonQuery(typed: string): PersonQuery | undefined {
  const text = typed.trim().replace(/\s+/gu, ' ');
  if (Array.from(text).length < shortest) return undefined;
  if (!/\d/.test(text)) return { text, name: text, ...asSound(text), ...asFin(text) };
  const reading = readFin(text);
  if (reading.ok) return { text, fin: reading.fin };
  const hint =
    reading.suggestion === undefined ? {} : { hint: { fault: reading.fault, suggestion: reading.suggestion } };
  return { text, fin: foldFin(text), ...hint };
}

function asSound(text: string): { sound?: string } {
  return soundKeys(text).some((key) => key.length >= fewestSounds) ? { sound: text } : {};
}

function asFin(text: string): { fin?: string } {
  const reading = readFin(text);
  return reading.ok ? { fin: reading.fin } : {};
}
