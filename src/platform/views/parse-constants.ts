import { findType, type JsonObject, numberLiteral } from '#platform/fhir';
import { invalidView } from './errors.ts';
import { listOf, onlyElements, requiredText, sqlName } from './read-elements.ts';
import type { Constant } from './view-tree.ts';

const textTypes = ['base64Binary', 'canonical', 'code', 'date', 'dateTime', 'id', 'instant', 'integer64', 'oid'];
const moreTextTypes = ['string', 'time', 'uri', 'url', 'uuid'];
const numberTypes = ['decimal', 'integer', 'positiveInt', 'unsignedInt'];

/** JSON name of each value a constant may have, and its type. */
const valueTypes = new Map(
  [...textTypes, ...moreTextTypes, ...numberTypes, 'boolean'].map((type) => [
    `value${type.charAt(0).toUpperCase()}${type.slice(1)}`,
    type,
  ]),
);

const constantsAtMost = 1000;
const reserved = new Set(['rowIndex', 'resource', 'rootResource', 'context', 'sct', 'loinc', 'ucum']);

export function readConstants(definition: JsonObject): ReadonlyMap<string, Constant> {
  const place = 'ViewDefinition';
  const constants = new Map<string, Constant>();
  const list = listOf(definition, 'constant', place);
  if (list.length > constantsAtMost) {
    throw invalidView(`${place}.constant`, `has more than ${constantsAtMost} entries.`);
  }
  for (const each of list) {
    const name = sqlName(requiredText(each.value, 'name', each.place), `${each.place}.name`);
    if (constants.has(name) || reserved.has(name)) {
      throw invalidView(`${each.place}.name`, `is taken already: ${name}.`);
    }
    constants.set(name, readConstant(each.value, each.place));
  }
  return constants;
}

function readConstant(value: JsonObject, place: string): Constant {
  const [key, ...others] = Object.keys(value).filter((each) => each.startsWith('value'));
  if (key === undefined || others.length > 0) {
    throw invalidView(`${place}.value[x]`, 'is missing, or given more than once.');
  }
  onlyElements(value, ['name', key], place);
  const type = valueTypes.get(key);
  if (type === undefined) {
    throw invalidView(`${place}.${key}`, 'is of a type that constants do not have.');
  }
  const text = textOf(value, key, type);
  if (text === undefined || !isValue(type, text)) {
    throw invalidView(`${place}.${key}`, `is no ${type}.`);
  }
  return { type, text };
}

function textOf(value: JsonObject, key: string, type: string): string | undefined {
  const given = value[key];
  if (type === 'boolean') {
    return typeof given === 'boolean' ? String(given) : undefined;
  }
  if (numberTypes.includes(type)) {
    return typeof given === 'number' ? numberLiteral(value, key) : undefined;
  }
  return typeof given === 'string' && given !== '' && !given.includes('\0') && given.isWellFormed() ? given : undefined;
}

const time = String.raw`([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?`;
const zone = String.raw`(Z|[+-](0\d|1[0-4]):[0-5]\d)`;
const month = String.raw`(0[1-9]|1[0-2])`;
const day = String.raw`(0[1-9]|[12]\d|3[01])`;

/** Forms that matter to SQL: a text that is no date must not reach a comparison of dates. */
const patterns: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^\\d{4}(-${month}(-${day})?)?$`),
  dateTime: new RegExp(`^\\d{4}(-${month}(-${day}(T${time}${zone})?)?)?$`),
  instant: new RegExp(`^\\d{4}-${month}-${day}T${time}${zone}$`),
  time: new RegExp(`^${time}$`),
  integer: /^-?\d{1,10}$/,
  integer64: /^-?\d{1,19}$/,
  unsignedInt: /^\d{1,10}$/,
  positiveInt: /^\d{1,10}$/,
  decimal: /^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?$/,
};

function isValue(type: string, text: string): boolean {
  return patterns[type]?.test(text) ?? (type === 'integer64' || type === 'boolean' || findType(type) !== undefined);
}
