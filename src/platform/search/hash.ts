import { hash } from 'node:crypto';
import { recentResults } from './recent-results.ts';
import { tokenForm } from './value-forms.ts';

/** The signed 64-bit number under which a search value is indexed: the first eight bytes of SHA-256 of its text. */
export const hash64: (text: string) => bigint = recentResults(
  (text) => hash('sha256', text, 'buffer').readBigInt64BE(0),
  { atMost: 25_000, characters: 200 },
);

/** The key of a value under one parameter of one resource type. */
export function valueKey(type: string, parameter: string, value: string): bigint {
  return hash64(`${type}.${parameter}=${value}`);
}

/**
 * The key of a reference: the target's own number combined with the parameter's, so that SQL can go from a resource
 * to what refers to it, and back, without knowing the hash function (chained and reverse chained search).
 */
export function referenceKey(type: string, parameter: string, target: string): bigint {
  return BigInt.asIntN(64, hash64(target) ^ parameterSalt(type, parameter));
}

export function parameterSalt(type: string, parameter: string): bigint {
  return hash64(`${type}.${parameter}->`);
}

/** The 32-bit number of a parameter in the range table. */
export function parameterNumber(type: string, parameter: string): number {
  return Number(BigInt.asIntN(32, hash64(`${type}.${parameter}`)));
}

/** Stands for "no system" among identifying tokens. */
export const noSystem = 0n;

/** How an identifying token is kept: its value under the parameter, and its system. */
export type IdentifierEntry = { readonly key: bigint; readonly system: bigint };

export function identifierEntry(
  type: string,
  parameter: string,
  { system, code }: { readonly system?: string | undefined; readonly code: string },
): IdentifierEntry {
  const key = valueKey(type, parameter, tokenForm(undefined, code));
  return { key, system: system === undefined || system === '' ? noSystem : hash64(system) };
}

/** The key of resources that lie in one patient's record and belong to the compartment of this other one as well. */
export function compartmentKey(patient: string): bigint {
  return referenceKey('Resource', 'compartment', `Patient/${patient}`);
}
