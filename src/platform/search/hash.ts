import { hash } from 'node:crypto';
import { recentResults } from './recent-results.ts';
import { tokenForm } from './value-forms.ts';

const beginning = new DataView(new ArrayBuffer(8));

/** The number that `hash64` gives, of a text that will not come again: it is not remembered. */
export function hash64Once(text: string): bigint {
  const digest = hash('sha256', text, 'binary'); // a buffer for each would cost three times what the hash does
  for (let at = 0; at < 8; at += 1) {
    beginning.setUint8(at, digest.charCodeAt(at));
  }
  return beginning.getBigInt64(0);
}

/** The signed 64-bit number under which a search value is indexed: the first eight bytes of SHA-256 of its text. */
export const hash64: (text: string) => bigint = recentResults(hash64Once, { atMost: 25_000, characters: 200 });

/** A number of each parameter, by which what stands under it is told from the same under others. */
function saltsBy(ending: string): (type: string, parameter: string) => bigint {
  const byType = new Map<string, Map<string, bigint>>();
  return (type, parameter) => {
    let salts = byType.get(type);
    if (!salts) {
      salts = new Map();
      byType.set(type, salts);
    }
    let salt = salts.get(parameter);
    if (salt === undefined) {
      salt = hash64(`${type}.${parameter}${ending}`);
      salts.set(parameter, salt);
    }
    return salt;
  };
}

const valueSalt = saltsBy('=');
export const parameterSalt = saltsBy('->');

/**
 * The key of a value under one parameter of one resource type. The value is hashed by itself: a code or a name that stands
 * under several parameters is hashed once.
 */
export function valueKey(type: string, parameter: string, value: string): bigint {
  return hash64(value) ^ valueSalt(type, parameter);
}

/**
 * The key of a reference: the target's own number combined with the parameter's, so that SQL can go from a resource
 * to what refers to it, and back, without knowing the hash function (chained and reverse chained search).
 */
export function referenceKey(type: string, parameter: string, target: string): bigint {
  return hash64(target) ^ parameterSalt(type, parameter);
}

/** The 32-bit number of a parameter in the range table. */
export function parameterNumber(type: string, parameter: string): number {
  return Number(BigInt.asIntN(32, hash64(`${type}.${parameter}`)));
}

/** Stands for "no system" among identifying tokens. */
const noSystem = 0n;

/** How an identifying token is kept: its value under the parameter, and its system. */
export type IdentifierEntry = { readonly key: bigint; readonly system: bigint };

export function identifierEntry(
  type: string,
  parameter: string,
  { system, code }: { readonly system?: string | undefined; readonly code: string },
): IdentifierEntry {
  const key = hash64Once(tokenForm(undefined, code)) ^ valueSalt(type, parameter);
  return { key, system: system === undefined || system === '' ? noSystem : hash64(system) };
}

/** The key of resources that lie in one patient's record and belong to the compartment of this other one as well. */
export function compartmentKey(patient: string): bigint {
  return referenceKey('Resource', 'compartment', `Patient/${patient}`);
}
