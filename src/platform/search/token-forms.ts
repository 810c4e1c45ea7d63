import { tokenForm } from './value-forms.ts';
import { type Found, isJson, type Json } from './walk-path.ts';

/** A code with the system it belongs to; `system` is undefined where the element's type has none. */
export type Token = { readonly system?: string; readonly code: string };

const codingLess = new Set(['code', 'boolean', 'id', 'string', 'uri', 'url', 'canonical', 'oid', 'uuid']);

/** Whether a type of element carries no system of its own, so that a system in the query says nothing. */
export function isSystemless(type: string): boolean {
  return codingLess.has(type);
}

/**
 * Whether the tokens of an element name one thing among millions (a person's number, a telephone): they are kept where a
 * single value is found at once, apart from codes, which thousands share.
 */
export function isIdentifying(type: string): boolean {
  return type === 'Identifier' || type === 'ContactPoint';
}

/** The tokens of an element by its type: one per coding, identifier or plain code. */
export function tokensOf({ value, type }: Found): Token[] {
  if (isSystemless(type)) {
    return typeof value === 'string' || typeof value === 'boolean' ? [{ code: String(value) }] : [];
  }
  if (!isJson(value)) {
    return [];
  }
  if (type === 'CodeableConcept') {
    const codings = Array.isArray(value['coding']) ? value['coding'].filter(isJson) : [];
    return codings.flatMap((coding) => toToken(coding, 'system', 'code'));
  }
  if (type === 'ContactPoint') {
    return toToken(value, 'use', 'value');
  }
  return toToken(value, 'system', type === 'Coding' ? 'code' : 'value');
}

function toToken(value: Json, systemName: string, codeName: string): Token[] {
  const system = value[systemName];
  const code = value[codeName];
  if (typeof code !== 'string') {
    return [];
  }
  return [typeof system === 'string' ? { system, code } : { code }];
}

/** The texts a person could look for behind a coded element: `text`, displays, the name of an identifier's type. */
export function textsOf({ value, type }: Found): string[] {
  if (!isJson(value)) {
    return [];
  }
  const concept = type === 'Identifier' && isJson(value['type']) ? value['type'] : value;
  const codings = Array.isArray(concept['coding']) ? concept['coding'].filter(isJson) : [];
  return [concept['text'], concept['display'], ...codings.map((each) => each['display'])].filter(
    (each): each is string => typeof each === 'string',
  );
}

/** The forms a token is indexed under: `code`, `system|code`, `system|`, or `|code` where it has no system. */
export function tokenForms({ system, code }: Token): string[] {
  return system === undefined
    ? [tokenForm(undefined, code), tokenForm('', code)]
    : [tokenForm(undefined, code), tokenForm(system, code), tokenForm(system, '')];
}
