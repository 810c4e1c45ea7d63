import { isDate, isDateTime, isInstant, isTime } from './calendar.ts';

/** Says in plain words what is wrong with a primitive value; `undefined` when nothing is. */
export type PrimitiveCheck = (value: unknown) => string | undefined;

/** Largest string the standard allows, in characters (R4, datatypes.html#string). */
const maxStringLength = 1_048_576;

const forbiddenCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const codePattern = /^[^\s]+(?: [^\s]+)*$/;
const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;
const oidPattern = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;
const uuidPattern = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const whitespace = /\s/;
const otherThanBase64 = /[^A-Za-z0-9+/]/;

function checkString(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a JSON string';
  if (value.length === 0) return 'must not be empty';
  if (value.length > maxStringLength) return `must not be longer than ${maxStringLength} characters`;
  return forbiddenCharacters.test(value) ? 'must not hold control characters' : undefined;
}

/** A string that also passes `holds`. */
function text(wanted: string, holds: (value: string) => boolean): PrimitiveCheck {
  return (value) => {
    const fault = checkString(value);
    if (fault !== undefined) return fault;
    return typeof value === 'string' && holds(value) ? undefined : wanted;
  };
}

/**
 * R4, datatypes.html#base64Binary: white space may stand between groups, and the length of strings is no limit.
 * Looks for what must not be there: a pattern of groups needs memory for each of millions.
 */
function checkBase64(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a JSON string';
  const groups = value.replaceAll(/\s/g, '');
  const data = groups.replace(/={1,2}$/, '');
  return groups.length > 0 && groups.length % 4 === 0 && !otherThanBase64.test(data) ? undefined : 'must be base64';
}

function wholeNumber(min: number, wanted: string): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'number') return 'must be a JSON number';
    return Number.isInteger(value) && value >= min && value <= 2_147_483_647 ? undefined : wanted;
  };
}

function isUri(value: string): boolean {
  if (whitespace.test(value)) return false;
  if (value.startsWith('urn:uuid:')) return uuidPattern.test(value);
  return true;
}

const uri = text('must be a URI: no white space, and a correct UUID after urn:uuid:', isUri);

/** Checks by name of the primitive type. */
export const primitiveChecks: Readonly<Record<string, PrimitiveCheck>> = {
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false, without quotes'),
  integer: wholeNumber(-2_147_483_648, 'must be a whole number of at most 32 bits'),
  unsignedInt: wholeNumber(0, 'must be a whole number from 0 to 2147483647'),
  positiveInt: wholeNumber(1, 'must be a whole number from 1 to 2147483647'),
  decimal: (value) => (typeof value === 'number' ? undefined : 'must be a JSON number'),
  string: checkString,
  markdown: checkString,
  xhtml: checkString,
  code: text('must be a code: no white space at the ends, single spaces inside', (value) => codePattern.test(value)),
  id: text('must be an id: 1 to 64 letters, digits, hyphens and dots', (value) => idPattern.test(value)),
  uri,
  url: uri,
  canonical: uri,
  oid: text('must be an OID such as urn:oid:1.2.3', (value) => oidPattern.test(value)),
  uuid: text('must be a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520', (value) =>
    uuidPattern.test(value),
  ),
  date: text('must be a date of the calendar: YYYY, YYYY-MM or YYYY-MM-DD', isDate),
  dateTime: text('must be a date, or a date with time, seconds and zone, of the calendar', isDateTime),
  instant: text('must be a date with time, seconds and zone, of the calendar', isInstant),
  time: text('must be a time of day: hh:mm:ss', isTime),
  base64Binary: checkBase64,
};
