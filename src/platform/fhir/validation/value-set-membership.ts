import { findCodeSystem } from '../definitions/code-systems.ts';
import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { isInCoreValueSet } from '../definitions/value-set-outlines.ts';

/** Finds value sets and code systems by canonical URL, local ones (`#id`) included. */
export type FindDefinition = (url: string) => JsonObject | undefined;

/** Value sets that include one another in a circle end here. */
const maxDepth = 12;

/**
 * Whether a value set has the code; without a system any system will do. `undefined` where it cannot be told, because a definition
 * is missing or asks for a terminology server.
 */
export function isInValueSet(
  find: FindDefinition,
  url: string,
  system: string | undefined,
  code: string,
  depth = 0,
): boolean | undefined {
  const [plain = ''] = url.split('|');
  const set = find(plain);
  if (set?.['resourceType'] !== 'ValueSet') return isInCoreValueSet(plain, system, code);
  if (depth > maxDepth) return undefined;
  const compose = set['compose'];
  if (!isJsonObject(compose)) return isInExpansion(set['expansion'], system, code);
  const included = some(objectsIn(compose['include']).map((part) => isInPart(find, part, system, code, depth)));
  if (included !== true) return included;
  const excluded = some(objectsIn(compose['exclude']).map((part) => isInPart(find, part, system, code, depth)));
  return excluded === undefined ? undefined : !excluded;
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** True when one is true, unknown when one might be. */
function some(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function every(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function isInExpansion(expansion: unknown, system: string | undefined, code: string): boolean | undefined {
  if (!isJsonObject(expansion)) return undefined;
  return holdsCode(objectsIn(expansion['contains']), system, code);
}

function holdsCode(contains: readonly JsonObject[], system: string | undefined, code: string): boolean {
  return contains.some((item) => {
    const isSame = item['code'] === code && (system === undefined || item['system'] === system);
    return isSame || holdsCode(objectsIn(item['contains']), system, code);
  });
}

function isInPart(
  find: FindDefinition,
  part: JsonObject,
  system: string | undefined,
  code: string,
  depth: number,
): boolean | undefined {
  const imports = Array.isArray(part['valueSet']) ? part['valueSet'].filter((url) => typeof url === 'string') : [];
  const answers = imports.map((url) => isInValueSet(find, url, system, code, depth + 1));
  const own = part['system'];
  if (typeof own === 'string')
    answers.push(system === undefined || system === own ? isInSystemPart(find, part, own, code) : false);
  return every(answers);
}

function isInSystemPart(find: FindDefinition, part: JsonObject, system: string, code: string): boolean | undefined {
  const concepts = objectsIn(part['concept']);
  if (concepts.length > 0) return concepts.some((concept) => concept['code'] === code);
  const filters = objectsIn(part['filter']);
  const exists = hasConcept(find, system, code);
  if (exists === false || filters.length === 0) return exists;
  const given = find(system);
  return every(filters.map((filter) => passes(given, filter, code)));
}

/** Whether a code system has the code, as far as it is known completely. */
export function hasConcept(find: FindDefinition, system: string, code: string): boolean | undefined {
  const given = find(system);
  if (given?.['resourceType'] === 'CodeSystem') {
    if (findConcept(objectsIn(given['concept']), code)) return true;
    return given['content'] === 'complete' ? false : undefined;
  }
  const core = findCodeSystem(system);
  return core ? core.displays.has(core.isCaseSensitive ? code : code.toLowerCase()) : undefined;
}

function passes(codeSystem: JsonObject | undefined, filter: JsonObject, code: string): boolean | undefined {
  const { property, op, value } = filter;
  if (!codeSystem || typeof value !== 'string') return undefined;
  const concepts = objectsIn(codeSystem['concept']);
  const concept = findConcept(concepts, code);
  if (op === 'is-a') return code === value || isBelow(concepts, value, code);
  if (op === 'descendent-of') return isBelow(concepts, value, code);
  if (op === 'is-not-a') return code !== value && !isBelow(concepts, value, code);
  if (op === 'in' && property === 'code') return value.split(',').includes(code);
  if (op === '=')
    return objectsIn(concept?.['property']).some(
      (own) =>
        own['code'] === property &&
        String(own['valueCode'] ?? own['valueString'] ?? own['valueBoolean'] ?? own['valueInteger']) === value,
    );
  return undefined;
}

function findConcept(concepts: readonly JsonObject[], code: string): JsonObject | undefined {
  for (const concept of concepts) {
    if (concept['code'] === code) return concept;
    const nested = findConcept(objectsIn(concept['concept']), code);
    if (nested) return nested;
  }
  return undefined;
}

function isBelow(concepts: readonly JsonObject[], ancestor: string, code: string): boolean {
  const top = findConcept(concepts, ancestor);
  return top !== undefined && findConcept(objectsIn(top['concept']), code) !== undefined;
}
