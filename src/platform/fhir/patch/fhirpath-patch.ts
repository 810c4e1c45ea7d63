import { isJsonObject, type JsonObject, type Resource } from '../definitions/resource.ts';
import type { PropertyModel, TypeModel } from '../definitions/type-model.ts';
import { isInexact, numberLiteral, rememberLiteral } from '../json/number-literals.ts';
import { cloneJson } from '../json/stringify-json.ts';
import { type Located, locateElements, locateObject } from './locate-element.ts';
import { malformedPatch, notApplicable } from './patch-errors.ts';

/** A value of the patch: `part[key]`, with the extensions of a primitive beside it, or parts that make up an object. */
type PatchValue = { readonly part: JsonObject; readonly key: string } | { readonly parts: readonly JsonObject[] };

/**
 * Applies a FHIRPath Patch (FHIR R4, fhirpatch.html), given as a Parameters resource, and returns a new resource with number
 * literals kept. Throws `AppError` `fhir.malformed-patch`, `fhir.patch-not-applicable` or `fhir.fhirpath-failed`.
 */
export function applyFhirPathPatch(resource: Resource, patch: unknown): Resource {
  if (!isJsonObject(patch) || patch['resourceType'] !== 'Parameters')
    throw malformedPatch('a FHIRPath Patch is a Parameters resource');
  const result = cloneJson(resource);
  for (const [index, operation] of partsOf(patch, 'parameter').entries()) {
    if (operation['name'] !== 'operation')
      throw malformedPatch(`parameter ${index} is not named "operation"`, `Parameters.parameter[${index}]`);
    applyOperation(result, operation);
  }
  return result;
}

function partsOf(holder: JsonObject, name: 'parameter' | 'part'): JsonObject[] {
  const list = holder[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function applyOperation(resource: JsonObject, operation: JsonObject): void {
  const type = textPart(operation, 'type');
  const path = textPart(operation, 'path');
  switch (type) {
    case 'add':
      return add(resource, path, textPart(operation, 'name'), valuePart(operation));
    case 'insert':
      return insert(resource, path, numberPart(operation, 'index'), valuePart(operation));
    case 'delete':
      return remove(resource, path);
    case 'replace':
      return replace(resource, path, valuePart(operation));
    case 'move':
      return move(resource, path, numberPart(operation, 'source'), numberPart(operation, 'destination'));
    default:
      throw malformedPatch(`there is no operation "${type}"`);
  }
}

function findPart(operation: JsonObject, name: string): JsonObject {
  const part = partsOf(operation, 'part').find((candidate) => candidate['name'] === name);
  if (!part) throw malformedPatch(`an operation needs the part "${name}"`);
  return part;
}

function textPart(operation: JsonObject, name: string): string {
  const part = findPart(operation, name);
  const text = part['valueString'] ?? part['valueCode'];
  if (typeof text !== 'string' || text === '') throw malformedPatch(`the part "${name}" must have a text as its value`);
  return text;
}

function numberPart(operation: JsonObject, name: string): number {
  const value = findPart(operation, name)['valueInteger'];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw malformedPatch(`the part "${name}" must be a whole number from 0`);
  return value;
}

function valuePart(operation: JsonObject): PatchValue {
  return toPatchValue(findPart(operation, 'value'));
}

function toPatchValue(part: JsonObject): PatchValue {
  const key = Object.keys(part).find((name) => /^_?value[A-Z]/.test(name));
  if (key !== undefined) return { part, key: key.replace(/^_/, '') };
  if (isJsonObject(part['resource'])) return { part, key: 'resource' };
  const parts = partsOf(part, 'part');
  if (parts.length === 0) throw malformedPatch('the part "value" holds nothing');
  return { parts };
}

function add(resource: JsonObject, path: string, name: string, value: PatchValue): void {
  const target = locateObject(resource, path);
  if (!target) throw notApplicable(`there is nothing at "${path}"`, path);
  addChild(target.object, target.type, name, value);
}

function addChild(object: JsonObject, type: TypeModel, name: string, value: PatchValue): void {
  const property = propertyFor(type, name, value);
  if (!property.element.isList) {
    const taken = property.element.properties.some(
      ({ key }) => object[key] !== undefined || object[`_${key}`] !== undefined,
    );
    if (taken) throw notApplicable(`${property.element.path} has a value already and does not repeat`);
    write(object, property, value, undefined);
    return;
  }
  write(object, property, value, listLength(object, property.key));
}

function listLength(object: JsonObject, key: string): number {
  const values = object[key];
  const shadows = object[`_${key}`];
  return Math.max(Array.isArray(values) ? values.length : 0, Array.isArray(shadows) ? shadows.length : 0);
}

/** The property of the type that takes the value: for a choice, the one of the value's own type. */
function propertyFor(type: TypeModel, name: string, value: PatchValue): PropertyModel {
  const element = type.elements.find(
    (candidate) =>
      candidate.name === name || (candidate.isChoice && candidate.properties.some(({ key }) => key === name)),
  );
  if (!element) throw notApplicable(`${type.name} has no element "${name}"`);
  if (!element.isChoice) return firstProperty(element.properties, name);
  const suffix = 'key' in value ? value.key.slice('value'.length) : '';
  const property = element.properties.find(({ key }) => key === element.name + suffix);
  if (!property) throw notApplicable(`${element.path} cannot be of the type ${suffix}`);
  return property;
}

function firstProperty(properties: readonly PropertyModel[], name: string): PropertyModel {
  const [property] = properties;
  if (!property) throw notApplicable(`"${name}" cannot hold a value`);
  return property;
}

function insert(resource: JsonObject, path: string, index: number, value: PatchValue): void {
  const [first] = locateElements(resource, path);
  const place = first ?? placeOfEmptyList(resource, path, value);
  const property = place.type.properties.get(place.key);
  if (!property?.element.isList) throw notApplicable(`"${path}" is not a list`, path);
  const length = listLength(place.holder, place.key);
  if (index > length)
    throw notApplicable(`the list "${path}" has ${length} items, so nothing can stand at ${index}`, path);
  for (const key of [place.key, `_${place.key}`]) {
    const list = place.holder[key];
    if (Array.isArray(list) && list.length > index) list.splice(index, 0, null);
  }
  write(place.holder, property, value, index);
}

/** A list that does not exist yet is found by its parent and its name. */
function placeOfEmptyList(resource: JsonObject, path: string, value: PatchValue): Located {
  const at = path.lastIndexOf('.');
  const target = at > 0 ? locateObject(resource, path.slice(0, at)) : undefined;
  if (!target) throw notApplicable(`there is nothing at "${path}"`, path);
  const property = propertyFor(target.type, path.slice(at + 1), value);
  return { holder: target.object, type: target.type, key: property.key, index: undefined };
}

function single(resource: JsonObject, path: string): Located | undefined {
  const found = locateElements(resource, path);
  if (found.length > 1) throw notApplicable(`"${path}" selects ${found.length} elements`, path);
  return found[0];
}

/** FHIR R4, fhirpatch.html: a delete that selects nothing is no error. */
function remove(resource: JsonObject, path: string): void {
  const place = single(resource, path);
  if (!place) return;
  for (const key of [place.key, `_${place.key}`]) {
    const value = place.holder[key];
    if (Array.isArray(value) && place.index !== undefined) value.splice(place.index, 1);
    else delete place.holder[key];
  }
  prune(resource);
}

/** Takes away what a delete left empty, so that no empty object, array or lone null stays. */
function prune(holder: JsonObject): void {
  for (const [key, value] of Object.entries(holder)) {
    if (isEmptyAfterPruning(value)) delete holder[key];
    else if (Array.isArray(value) && key.charCodeAt(0) !== 0x5f && !Array.isArray(holder[`_${key}`])) {
      const kept = value.filter((item) => item !== null);
      if (kept.length < value.length) holder[key] = kept;
    }
  }
}

function isEmptyAfterPruning(value: unknown): boolean {
  if (Array.isArray(value)) {
    const list = value as unknown[]; // as: Array.isArray gives any[]
    list.forEach((item, index) => {
      if (typeof item === 'object' && item !== null && isEmptyAfterPruning(item)) list[index] = null;
    });
    return list.every((item) => item === null);
  }
  if (!isJsonObject(value)) return false;
  prune(value);
  return Object.keys(value).length === 0;
}

function replace(resource: JsonObject, path: string, value: PatchValue): void {
  const place = single(resource, path);
  if (!place) throw notApplicable(`there is nothing at "${path}"`, path);
  const { holder, type, key, index } = place;
  const element = type.properties.get(key)?.element;
  if (!element) throw notApplicable(`${type.name} has no element "${key}"`, path);
  const property = propertyFor(type, element.name, value);
  if (index === undefined) {
    delete holder[key];
    delete holder[`_${key}`];
  }
  write(holder, property, value, index);
}

function move(resource: JsonObject, path: string, source: number, destination: number): void {
  const [first] = locateElements(resource, path);
  if (!first) throw notApplicable(`there is nothing at "${path}"`, path);
  const length = listLength(first.holder, first.key);
  if (source >= length || destination >= length)
    throw notApplicable(`the list "${path}" has ${length} items; cannot move ${source} to ${destination}`, path);
  for (const key of [first.key, `_${first.key}`]) {
    const list = first.holder[key];
    if (!Array.isArray(list)) continue;
    while (list.length < length) list.push(null);
    list.splice(destination, 0, ...list.splice(source, 1));
  }
}

/** Puts a value at `object[key]`, or at its place in the list, with the extensions of a primitive beside it. */
function write(object: JsonObject, property: PropertyModel, value: PatchValue, index: number | undefined): void {
  if ('parts' in value) {
    put(object, property.key, index, buildObject(property.type, value.parts));
    return;
  }
  const { part, key } = value;
  const shadow = part[`_${key}`];
  if (part[key] !== undefined || index !== undefined) put(object, property.key, index, cloneJson(part[key] ?? null));
  const literal = numberLiteral(part, key);
  if (literal !== '' && isInexact(literal) && index === undefined) rememberLiteral(object, property.key, literal);
  if (shadow !== undefined || Array.isArray(object[`_${property.key}`]))
    put(object, `_${property.key}`, index, cloneJson(shadow ?? null));
}

function put(object: JsonObject, key: string, index: number | undefined, value: unknown): void {
  if (index === undefined) {
    object[key] = value;
    return;
  }
  const present = object[key];
  const list: unknown[] = Array.isArray(present) ? present : [];
  while (list.length < index) list.push(null);
  list[index] = value;
  object[key] = list;
}

function buildObject(type: TypeModel, parts: readonly JsonObject[]): JsonObject {
  const object: JsonObject = {};
  for (const part of parts) {
    const name = part['name'];
    if (typeof name !== 'string') throw malformedPatch('a part of a value needs a name');
    addChild(object, type, name, toPatchValue(part));
  }
  return object;
}
