import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import {
  type ElementModel,
  findType,
  isResourceType,
  type PropertyModel,
  type TypeModel,
} from '../definitions/type-model.ts';
import { literalsOf } from '../json/number-literals.ts';
import { checkBinding } from './check-binding.ts';
import { checkCanonical } from './check-reference.ts';
import { checkRules } from './check-rules.ts';
import { checkSpecial } from './check-special.ts';
import { primitiveChecks } from './primitives.ts';
import { checkProfile } from './profile/check-profile.ts';
import { type Run, report } from './run.ts';

/** Checks the resource where the walk stands, with all that it holds. */
export function checkResource(run: Run, value: JsonObject): void {
  const name = value['resourceType'];
  const type = typeof name === 'string' && isResourceType(name) ? findType(name) : undefined;
  if (!type) {
    report(
      run,
      'structure',
      typeof name === 'string' ? `There is no R4 resource type "${name}".` : 'The property resourceType is missing.',
    );
    return;
  }
  checkObject(run, value, type);
  checkClaimedProfiles(run, value, type);
}

/** Profiles that the resource claims, and those the caller names for the document itself. */
function checkClaimedProfiles(run: Run, value: JsonObject, type: TypeModel): void {
  const claimed = isJsonObject(value['meta']) ? value['meta']['profile'] : undefined;
  const urls = new Set<unknown>([
    ...(Array.isArray(claimed) ? claimed : []),
    ...(value === run.document ? run.profiles : []),
  ]);
  for (const url of urls) if (typeof url === 'string') checkProfile(run, value, type, url);
}

function checkObject(run: Run, value: JsonObject, type: TypeModel): void {
  let count = 0;
  let choices: PropertyModel[] | undefined;
  for (const key in value) {
    count += 1;
    if (key === 'resourceType' && type.kind === 'resource') continue;
    const isShadow = key.charCodeAt(0) === 0x5f;
    const property = type.properties.get(isShadow ? key.slice(1) : key);
    if (!property || (isShadow && !property.isPrimitive)) {
      report(run, 'structure', `${type.name} has no element "${key}".`, `.${key}`);
      continue;
    }
    if (property.element.isChoice) {
      choices ??= [];
      checkSingleChoice(run, choices, property);
    }
    enter(run, property);
    if (isShadow) checkShadow(run, property, value[key], value);
    else if (property.element.isList) checkList(run, property, value[key], value);
    else checkValue(run, property, value[key], value, property.key);
    run.depth -= 1;
  }
  if (count === 0) report(run, 'structure', 'An object must have at least one property.');
  for (const element of requiredElements(type)) checkPresence(run, value, element, type);
  checkRules(run, value, type.constraintKeys, type.name);
  checkSpecial(run, value, type);
}

function enter(run: Run, property: PropertyModel): void {
  run.keys[run.depth] = property.key;
  run.indices[run.depth] = -1;
  run.properties[run.depth] = property;
  run.depth += 1;
}

const required = new WeakMap<TypeModel, readonly ElementModel[]>();

function requiredElements(type: TypeModel): readonly ElementModel[] {
  let elements = required.get(type);
  if (!elements) {
    elements = type.elements.filter((element) => element.min > 0);
    required.set(type, elements);
  }
  return elements;
}

function checkPresence(run: Run, value: JsonObject, element: ElementModel, type: TypeModel): void {
  for (const { key, isPrimitive } of element.properties) {
    if (value[key] !== undefined || (isPrimitive && value[`_${key}`] !== undefined)) return;
  }
  report(
    run,
    'required',
    `${type.name}.${element.name}${element.isChoice ? '[x]' : ''} is required but missing.`,
    `.${element.name}`,
  );
}

function checkSingleChoice(run: Run, seen: PropertyModel[], property: PropertyModel): void {
  if (seen.includes(property)) return;
  const other = seen.find((candidate) => candidate.element === property.element);
  if (other)
    report(
      run,
      'structure',
      `${property.key} and ${other.key} cannot both be present: only one ${property.element.name}[x] may be given.`,
      `.${property.element.name}`,
    );
  seen.push(property);
}

function checkList(run: Run, property: PropertyModel, value: unknown, holder: JsonObject): void {
  const { element } = property;
  if (!Array.isArray(value)) {
    report(run, 'structure', `${element.path} may repeat, so it must be a JSON array.`);
    return;
  }
  const items = value as readonly unknown[]; // as: Array.isArray gives any[]
  if (items.length === 0) report(run, 'structure', 'An array must not be empty; leave the property out instead.');
  if (items.length > element.max)
    report(run, 'structure', `${element.path} may be given at most ${element.max} times, here ${items.length} times.`);
  const level = run.depth - 1;
  for (let index = 0; index < items.length; index += 1) {
    run.indices[level] = index;
    const item = items[index];
    if (item === null && property.isPrimitive) checkFilledGap(run, holder[`_${property.key}`], index);
    else checkValue(run, property, item, items, index);
  }
  run.indices[level] = -1;
}

/** In a list of primitives null stands for a value that has only an id or extensions. */
function checkFilledGap(run: Run, shadow: unknown, index: number): void {
  const filler: unknown = Array.isArray(shadow) ? shadow[index] : undefined;
  if (!isJsonObject(filler))
    report(run, 'structure', 'null may stand in a list only where an id or extension is given for the same place.');
}

function checkValue(run: Run, property: PropertyModel, value: unknown, container: object, key: string | number): void {
  if (property.isPrimitive) checkPrimitive(run, property, value, container, key);
  else if (isJsonObject(value)) checkComplex(run, property, value);
  else if (Array.isArray(value))
    report(run, 'structure', `${property.element.path} does not repeat, so it must not be a JSON array.`);
  else report(run, 'structure', `${property.element.path} must be a JSON object.`);
}

function checkPrimitive(
  run: Run,
  property: PropertyModel,
  value: unknown,
  container: object,
  key: string | number,
): void {
  const fault = primitiveChecks[property.typeName]?.(value) ?? checkLiteral(property, value, container, key);
  if (fault !== undefined) {
    report(run, Array.isArray(value) || typeof value === 'object' ? 'structure' : 'value', `The value ${fault}.`);
    return;
  }
  const { element } = property;
  if (element.requiredValueSet !== undefined) checkBinding(run, element.requiredValueSet, value, property);
  if (property.targets.size > 0 && typeof value === 'string') checkCanonical(run, value, property.targets);
  if (element.constraintKeys.length > 0) checkRules(run, value, element.constraintKeys, element.path);
}

/** `1.0` and `1e3` are whole in value but are not written as whole numbers. */
function checkLiteral(
  property: PropertyModel,
  value: unknown,
  container: object,
  key: string | number,
): string | undefined {
  if (typeof value !== 'number' || property.typeName === 'decimal') return undefined;
  const literal = literalsOf(container)?.get(key);
  return literal !== undefined && /[.eE]/.test(literal) ? 'must be written as a whole number' : undefined;
}

function checkComplex(run: Run, property: PropertyModel, value: JsonObject): void {
  if (property.typeName === 'Resource') {
    checkNestedResource(run, property, value);
    return;
  }
  checkObject(run, value, property.type);
  const { element, dataTypeProfile } = property;
  if (dataTypeProfile) checkRules(run, value, dataTypeProfile.constraintKeys, property.typeName);
  if (element.constraintKeys.length > 0) checkRules(run, value, element.constraintKeys, element.path);
  if (element.requiredValueSet !== undefined) checkBinding(run, element.requiredValueSet, value, property);
}

/** `%resource` is the nearest resource; `contained` alone keeps the holder as `%rootResource`. */
function checkNestedResource(run: Run, property: PropertyModel, value: JsonObject): void {
  const { resource, rootResource } = run;
  run.resource = value;
  if (property.key !== 'contained') run.rootResource = value;
  checkResource(run, value);
  run.resource = resource;
  run.rootResource = rootResource;
}

function checkShadow(run: Run, property: PropertyModel, value: unknown, holder: JsonObject): void {
  if (!property.element.isList) {
    checkShadowObject(run, value);
    if (holder[property.key] === undefined) checkAbsentValue(run, property, value);
    return;
  }
  if (!Array.isArray(value)) {
    report(run, 'structure', `_${property.key} must be a JSON array, because ${property.element.path} may repeat.`);
    return;
  }
  const items = value as readonly unknown[]; // as: Array.isArray gives any[]
  const values = holder[property.key];
  const level = run.depth - 1;
  for (let index = 0; index < items.length; index += 1) {
    run.indices[level] = index;
    if (items[index] !== null) {
      checkShadowObject(run, items[index]);
      if (!Array.isArray(values) || (values[index] ?? null) === null) checkAbsentValue(run, property, items[index]);
    } else if (Array.isArray(values) && values[index] === null)
      report(run, 'structure', 'A value and its extensions cannot both be null.');
    else if (!Array.isArray(values) || index >= values.length)
      report(run, 'structure', 'null needs a value at the same place.');
  }
  if (items.length === 0) report(run, 'structure', 'An array must not be empty; leave the property out instead.');
  run.indices[level] = -1;
}

/** FHIR R4, terminologies.html#required: a code from the set must be there; an extension does not stand for it. */
function checkAbsentValue(run: Run, property: PropertyModel, shadow: unknown): void {
  if (isJsonObject(shadow) && shadow['extension'] === undefined) {
    report(run, 'invariant', 'Rule ele-1 is broken: an element must have a value or extensions, not an id alone.');
  }
  if (property.typeName === 'code' && property.element.requiredValueSet !== undefined) {
    report(run, 'code-invalid', `No code is given; a code from ${property.element.requiredValueSet} is required.`);
  }
}

function checkShadowObject(run: Run, value: unknown): void {
  const type = findType('Element');
  if (isJsonObject(value) && type) checkObject(run, value, type);
  else report(run, 'structure', 'The extensions of a primitive value must be a JSON object.');
}
