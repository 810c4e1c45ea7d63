const base = 'https://vsis.az/fhir/sid';

/** Identifier systems of the record. Each is a permanent URI; none is to be spelled out anywhere else. */
export const identifierSystems = {
  /** Personal identification number (FİN), 7 characters, for life. */
  fin: `${base}/fin`,
  /** Adult identity card (AZE + 8 digits, or AA + 7 digits). */
  identityCard: `${base}/identity-card`,
  /** Identity card of a child under 15. */
  childIdentityCard: `${base}/child-identity-card`,
  passport: `${base}/passport`,
  /** Valid as a key only together with its date of issue. */
  birthCertificate: `${base}/birth-certificate`,
  temporaryResidencePermit: `${base}/temporary-residence-permit`,
  permanentResidencePermit: `${base}/permanent-residence-permit`,
  /** Tax number of an institution (VÖEN), 10 digits. */
  voen: `${base}/voen`,
  /** Code of a health facility in the national register. */
  facility: `${base}/facility`,
  /** Number of a health worker in the national register. */
  practitioner: `${base}/practitioner`,
  /** Number of a signed document or certificate. */
  document: `${base}/document`,
} as const;

/** Extension of HumanName that holds the father's name apart, without the word for son or daughter. */
export const fatherNameUrl = 'https://vsis.az/fhir/StructureDefinition/father-name';

/** Why a typed text is not a FİN, for the person who typed it. `letterO` and `letterI` invite "did you mean 0 / 1?". */
export type FinFault = 'empty' | 'length' | 'letterO' | 'letterI' | 'character';

export type FinReading =
  | { readonly ok: true; readonly fin: string }
  | { readonly ok: false; readonly fault: FinFault; readonly suggestion?: string };

const finPattern = /^[0-9A-HJ-NP-Z]{7}$/;
const finLength = 7;

/**
 * A typed FİN in its stored form: without spaces, and upper-cased by ASCII alone, because the Azerbaijani upper case
 * of i is İ and would corrupt the number. Other characters stay, for `readFin` to name.
 */
export function foldFin(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[\s\u00AD\u200B-\u200F\u2060\uFEFF]+/gu, '')
    .replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
}

export const isFin = (text: string): boolean => finPattern.test(text);

/** Reads a typed FİN; of a refused one says what is wrong and, for the letters O and I, offers what was likely meant. */
export function readFin(typed: string): FinReading {
  const fin = foldFin(typed);
  if (finPattern.test(fin)) return { ok: true, fin };
  if (fin === '') return { ok: false, fault: 'empty' };
  const meant = fin.replace(/[OoОо]/gu, '0').replace(/[IİıІі]/gu, '1');
  const offer = meant !== fin && finPattern.test(meant) ? { suggestion: meant } : {};
  if (fin.length !== finLength) return { ok: false, fault: 'length', ...offer };
  if (/[OoОо]/u.test(fin)) return { ok: false, fault: 'letterO', ...offer };
  if (/[IİıІі]/u.test(fin)) return { ok: false, fault: 'letterI', ...offer };
  return { ok: false, fault: 'character', ...offer };
}
