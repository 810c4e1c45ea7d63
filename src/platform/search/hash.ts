import { hash } from 'node:crypto';

const remembered = new Map<string, bigint>();
const rememberedAtMost = 50_000;
/** Longer texts are seldom codes; remembering them would cost more memory than time. */
const rememberedCharacters = 200;

/**
 * The signed 64-bit number under which a search value is indexed: the first eight bytes of SHA-256 of its text.
 * Codes and systems repeat endlessly, so recent ones are remembered.
 */
export function hash64(text: string): bigint {
  const known = remembered.get(text);
  if (known !== undefined) {
    return known;
  }
  const value = hash('sha256', text, 'buffer').readBigInt64BE(0);
  if (text.length <= rememberedCharacters) {
    if (remembered.size >= rememberedAtMost) {
      remembered.clear();
    }
    remembered.set(text, value);
  }
  return value;
}

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
