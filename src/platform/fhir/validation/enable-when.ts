import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { compareValues } from './compare-values.ts';
import { type Answer, isSameAnswer, objectsOf, typedValue } from './questionnaire-items.ts';

/** Response items around the one in question: its own level and every level above, nearest first. */
export type Scope = readonly (readonly JsonObject[])[];

/** FHIR R4, questionnaire.html: whether the conditions of an item let it be answered. */
export function isEnabled(item: JsonObject, scope: Scope): boolean {
  const conditions = objectsOf(item, 'enableWhen');
  if (conditions.length === 0) return true;
  const results = conditions.map((condition) => isMet(condition, scope));
  return item['enableBehavior'] === 'any' ? results.includes(true) : !results.includes(false);
}

function isMet(condition: JsonObject, scope: Scope): boolean {
  const answers = answersTo(condition['question'], scope);
  const expected = typedValue(condition, 'answer');
  if (condition['operator'] === 'exists') return answers.length > 0 === (expected?.value !== false);
  if (!expected) return false;
  return answers.some((answer) => compares(answer, condition['operator'], expected));
}

function compares(answer: Answer, operator: unknown, expected: Answer): boolean {
  if (operator === '=') return isSameAnswer(expected, answer);
  if (operator === '!=') return !isSameAnswer(expected, answer);
  const order = compareValues(answer.value, expected.value);
  if (order === undefined) return false;
  if (operator === '>') return order > 0;
  if (operator === '<') return order < 0;
  return operator === '>=' ? order >= 0 : order <= 0;
}

/** Answers to a question, looked for on the nearest level that has it. */
function answersTo(linkId: unknown, scope: Scope): Answer[] {
  for (const level of scope) {
    const found = itemsBelow(level, linkId);
    if (found.length > 0)
      return found.flatMap((item) => objectsOf(item, 'answer').flatMap((answer) => typedValue(answer, 'value') ?? []));
  }
  return [];
}

function itemsBelow(items: readonly JsonObject[], linkId: unknown): JsonObject[] {
  return items.flatMap((item) => {
    const nested = [
      ...objectsOf(item, 'item'),
      ...objectsOf(item, 'answer').flatMap((answer) => objectsOf(answer, 'item')),
    ];
    const below = itemsBelow(nested.filter(isJsonObject), linkId);
    return item['linkId'] === linkId ? [item, ...below] : below;
  });
}
