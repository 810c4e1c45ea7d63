import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../definitions/resource.ts';

/** The value under a choice property of an ElementDefinition, such as `fixedCode` or `patternCodeableConcept`. */
export function choiceValue(definition: JsonObject, prefix: string): unknown {
  for (const key in definition) {
    const next = key.charCodeAt(prefix.length);
    if (key.startsWith(prefix) && next >= 0x41 && next <= 0x5a) return definition[key];
  }
  return undefined;
}

export function isFixed(value: unknown, fixed: unknown): boolean {
  return isDeepStrictEqual(value, fixed);
}

/** FHIR R4, elementdefinition.html#pattern: the value has all that the pattern has, lists in any order and with more items. */
export function matchesPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((wanted) => value.some((item) => matchesPattern(item, wanted)));
  }
  if (!isJsonObject(pattern)) return value === pattern;
  return isJsonObject(value) && Object.keys(pattern).every((key) => matchesPattern(value[key], pattern[key]));
}
