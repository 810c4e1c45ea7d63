import type { JsonObject } from '../definitions/resource.ts';
import type { PropertyModel } from '../definitions/type-model.ts';
import { isInexact, rememberLiteral } from '../json/number-literals.ts';

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numericTypes: ReadonlySet<string> = new Set(['integer', 'unsignedInt', 'positiveInt', 'decimal']);

/** An element that must not repeat but does becomes a list, which validation then refuses. */
export function addComplex(object: JsonObject, key: string, value: unknown, isList: boolean): void {
  const present = object[key];
  if (Array.isArray(present)) present.push(value);
  else if (present !== undefined) object[key] = [present, value];
  else object[key] = isList ? [value] : value;
}

/** Adds the text of an attribute `value` in the form JSON has for its type, and what else the element holds beside it. */
export function addPrimitive(
  object: JsonObject,
  property: PropertyModel,
  text: string | undefined,
  extra: JsonObject,
): void {
  const { key, typeName } = property;
  const shadow = Object.keys(extra).length > 0 ? extra : undefined;
  if (text === undefined && !shadow) {
    addComplex(object, key, '', property.element.isList); // neither value nor extension: validation names it
    return;
  }
  if (!property.element.isList && object[key] === undefined && object[`_${key}`] === undefined) {
    if (text !== undefined) object[key] = toPrimitive(object, key, text, typeName);
    if (shadow) object[`_${key}`] = shadow;
    return;
  }
  addToList(object, key, text, { shadow, typeName });
}

function addToList(
  object: JsonObject,
  key: string,
  text: string | undefined,
  { shadow, typeName }: { shadow: JsonObject | undefined; typeName: string },
): void {
  const values: unknown[] = asList(object[key]);
  const shadows: unknown[] = asList(object[`_${key}`]);
  const index = Math.max(values.length, shadows.length);
  while (values.length < index) values.push(null);
  values.push(text === undefined ? null : toPrimitive(values, index, text, typeName));
  if (shadow || shadows.length > 0) {
    while (shadows.length < index) shadows.push(null);
    shadows.push(shadow ?? null);
  }
  if (values.some((value) => value !== null)) object[key] = values;
  if (shadows.length > 0) object[`_${key}`] = shadows;
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A text that the type cannot have stays a text, for validation to name it. */
function toPrimitive(container: object, key: string | number, text: string, typeName: string): unknown {
  if (typeName === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (!numericTypes.has(typeName) || !numberPattern.test(text)) return text;
  if (isInexact(text)) rememberLiteral(container, key, text);
  return Number(text);
}
