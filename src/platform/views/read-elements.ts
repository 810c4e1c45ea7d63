import { isJsonObject, type JsonObject } from '#platform/fhir';
import { invalidView } from './errors.ts';

/** The objects of a list, each with its place. A single object stands for a list of one. */
export function listOf(
  parent: JsonObject,
  name: string,
  place: string,
): readonly { readonly value: JsonObject; readonly place: string }[] {
  const list = parent[name];
  if (list === undefined) {
    return [];
  }
  if (!Array.isArray(list)) {
    throw invalidView(`${place}.${name}`, 'is no list.');
  }
  return list.map((value: unknown, at) => {
    if (!isJsonObject(value)) {
      throw invalidView(`${place}.${name}[${at}]`, 'is no JSON object.');
    }
    return { value, place: `${place}.${name}[${at}]` };
  });
}

/** A misspelt element would change what the rows mean without a word; extensions do not. */
export function onlyElements(value: JsonObject, known: readonly string[], place: string): void {
  const others = Object.keys(value).filter((name) => !known.includes(name));
  const [stranger] = others.filter((name) => name !== 'id' && name !== 'extension' && !name.startsWith('_'));
  if (stranger !== undefined) {
    throw invalidView(`${place}.${stranger.slice(0, 64).toWellFormed()}`, 'is no element of a ViewDefinition.');
  }
}

export function optionalText(value: JsonObject, name: string, place: string): string | undefined {
  const text = value[name];
  if (text !== undefined && (typeof text !== 'string' || text === '')) {
    throw invalidView(`${place}.${name}`, 'is no text.');
  }
  return text;
}

export function requiredText(value: JsonObject, name: string, place: string): string {
  const text = optionalText(value, name, place);
  if (text === undefined) {
    throw invalidView(`${place}.${name}`, 'is missing.');
  }
  return text;
}

/** Rule sql-name of the specification; PostgreSQL takes 63 characters. */
export function sqlName(name: string, place: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)) {
    throw invalidView(place, 'is no name of letters, digits and underscores that begins with a letter (63 at most).');
  }
  return name;
}
