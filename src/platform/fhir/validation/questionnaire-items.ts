import { isJsonObject, type JsonObject } from '../definitions/resource.ts';

/** Objects of a list property; empty where there is none. */
export function objectsOf(holder: JsonObject, name: string): JsonObject[] {
  const list = holder[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** Values of the extensions with this URL, by the type that the extension is defined with (`valueInteger`). */
export function extensionValues(holder: JsonObject, url: string, key: string): unknown[] {
  return objectsOf(holder, 'extension').flatMap((extension) =>
    extension['url'] === url && extension[key] !== undefined ? [extension[key]] : [],
  );
}

export type Answer = { readonly key: string; readonly value: unknown };

/** The typed value of an answer, an option or a condition: `valueCoding`, `answerCoding`. */
export function typedValue(holder: JsonObject, prefix: 'value' | 'answer'): Answer | undefined {
  for (const key in holder) {
    if (key.startsWith(prefix) && key.length > prefix.length)
      return { key: key.slice(prefix.length), value: holder[key] };
  }
  return undefined;
}

/** Answers are the same by code for codings, by reference for references, by value otherwise. */
export function isSameAnswer(left: Answer, right: Answer): boolean {
  if (isJsonObject(left.value) && isJsonObject(right.value)) {
    const names =
      left.key === 'Coding'
        ? ['system', 'code']
        : left.key === 'Reference'
          ? ['reference']
          : ['value', 'system', 'code', 'unit'];
    const { value: one } = left;
    const { value: other } = right;
    return names.every((name) => one[name] === other[name]);
  }
  return left.value === right.value;
}
