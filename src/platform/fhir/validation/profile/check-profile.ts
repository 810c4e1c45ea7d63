import { isJsonObject, type JsonObject, textOr } from '../../definitions/resource.ts';
import { findType, type TypeModel } from '../../definitions/type-model.ts';
import type { FhirPathHost } from '../../fhirpath/fhirpath-host.ts';
import { compareValues } from '../compare-values.ts';
import { objectsOf } from '../questionnaire-items.ts';
import { type Run, report } from '../run.ts';
import { checkNarrativeControls } from './check-narrative-controls.ts';
import { checkProfileBinding, hasMember } from './check-profile-binding.ts';
import { checkProfileRules } from './check-profile-rules.ts';
import { type ElementNode, type ProfileTree, profileTree } from './element-tree.ts';
import { choiceValue, isFixed, matchesPattern } from './match-value.ts';
import { childItems, type Item, rootItem } from './profile-items.ts';
import { resolveReference } from './resolve-reference.ts';
import { discriminatorsOf, isInSlice } from './slices.ts';

/** Where a profile check stands: the profile, and the place of the item below the place of the run. */
type Spot = { readonly run: Run; readonly profile: string; readonly place: string };

/** Profiles that lead to one another through references end here. */
const maxDepth = 8;

/** Holds a resource or a data type against a profile, when the caller has its definition. */
export function checkProfile(run: Run, value: JsonObject, type: TypeModel | undefined, url: string): void {
  const tree = findTree(run, url);
  if (!tree) return;
  if (type && type.kind === 'resource' && tree.type !== type.name && findType(tree.type)?.isAbstract !== true) {
    report(run, 'invalid', `The profile ${tree.url} is for ${tree.type}, not for ${type.name}.`);
    return;
  }
  checkItem({ run, profile: tree.url, place: '' }, tree.root, rootItem(value, type));
}

function findTree(run: Run, url: string): ProfileTree | undefined {
  const definition = run.find(url.split('|')[0] ?? '');
  return definition?.['resourceType'] === 'StructureDefinition' ? profileTree(definition, run.find) : undefined;
}

/** Whether an item keeps a profile; nothing is reported. A profile that is not known is kept by all. */
function conforms(run: Run, item: Item, url: string): boolean {
  const core = findType(url.replace('http://hl7.org/fhir/StructureDefinition/', '').split('|')[0] ?? '');
  if (core) return item.type === undefined || isOrBuildsOn(item.type, core);
  const tree = findTree(run, url);
  if (!tree || run.profileDepth >= maxDepth) return true;
  if (item.type?.kind === 'resource' && tree.type !== item.type.name) return false;
  const trial: Run = { ...run, issues: [], profileDepth: run.profileDepth + 1 };
  checkItem({ run: trial, profile: tree.url, place: '' }, tree.root, { ...item, place: '' });
  return trial.issues.length === 0;
}

/** What the rules of a profile may ask: the document, and the definitions at hand. */
function hostOf(run: Run): FhirPathHost {
  return {
    resolve: (reference) => resolveReference(run, reference),
    memberOf: (value, url) => hasMember(run, url, value),
    conformsTo: (value, url) =>
      !isJsonObject(value) || conforms(run, rootItem(value, findType(textOr(value['resourceType']))), url),
  };
}

function isOrBuildsOn(type: TypeModel, ancestor: TypeModel): boolean {
  for (let current: TypeModel | undefined = type; current; current = current.base)
    if (current === ancestor) return true;
  return false;
}

function fail(spot: Spot, code: string, text: string): void {
  report(spot.run, code, `${text} (profile ${spot.profile})`, spot.place);
}

function checkItem(spot: Spot, node: ElementNode, item: Item): void {
  const { definition } = node;
  checkType(spot, definition, item);
  checkFixed(spot, definition, item.value);
  checkBounds(spot, definition, item.value);
  checkProfileBinding(spot.run, definition, item.value, (text) => fail(spot, 'code-invalid', text));
  checkProfileRules({ run: spot.run, host: hostOf(spot.run) }, definition, item, (text) =>
    fail(spot, 'invariant', text),
  );
  checkNarrativeControls(spot.run, definition, item.value, (text) => fail(spot, 'business-rule', text));
  checkTypeProfiles(spot, definition, item);
  checkMustHaveValue(spot, definition, item);
  const inside = { ...spot, run: enterResource(spot.run, item) };
  for (const child of node.children.values()) checkChild(inside, child, item);
}

const valueRules = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.';

/** Rules of later versions that a profile may carry: a primitive needs a value, or one of the extensions that stand for it. */
function checkMustHaveValue(spot: Spot, definition: JsonObject, item: Item): void {
  const extensions = objectsOf(definition, 'extension');
  if (extensions.length === 0 || item.value !== undefined || !item.property?.isPrimitive) return;
  if (extensions.some((one) => one['url'] === `${valueRules}mustHaveValue` && one['valueBoolean'] === true))
    fail(spot, 'required', 'A value is needed here, not an extension alone');
  const alternatives = extensions.flatMap((one) =>
    one['url'] === `${valueRules}valueAlternatives` ? [one['valueCanonical'] ?? one['valueUri']] : [],
  );
  const given = item.shadow ? objectsOf(item.shadow, 'extension').map((one) => one['url']) : [];
  if (alternatives.length > 0 && !alternatives.some((url) => given.includes(url))) {
    fail(spot, 'required', `A value is needed here, or the extension ${alternatives.join(' or ')}`);
  }
}

function checkChild(spot: Spot, child: ElementNode, parent: Item): void {
  const items = childItems(parent, child.name);
  checkCount(spot, child, items.length, child.name);
  for (const item of items) checkItem({ ...spot, place: spot.place + item.place }, child, item);
  if (child.slices.length > 0) checkSlices(spot, child, items);
}

function checkCount(spot: Spot, node: ElementNode, count: number, name: string): void {
  const { min, max } = node.definition;
  if (typeof min === 'number' && count < min)
    fail(spot, 'structure', `At least ${min} of ${name} needed, here are ${count}`);
  if (typeof max === 'string' && max !== '*' && count > Number(max))
    fail(spot, 'structure', `At most ${max} of ${name} allowed, here are ${count}`);
}

function checkSlices(spot: Spot, node: ElementNode, items: readonly Item[]): void {
  const discriminators = discriminatorsOf(node);
  if (discriminators.length === 0) return;
  const matched = new Set<Item>();
  for (const slice of node.slices) {
    const own = items.filter((item) =>
      isInSlice(spot.run, item, slice, discriminators, (one, url) => conforms(spot.run, one, url)),
    );
    for (const item of own) matched.add(item);
    checkCount(spot, slice, own.length, `${node.name}:${slice.slice}`);
    for (const item of own) checkItem({ ...spot, place: spot.place + item.place }, slice, item);
    if (slice.slices.length > 0)
      checkSlices(spot, { ...slice, definition: { ...node.definition, ...slice.definition } }, own);
  }
  const slicing = node.definition['slicing'];
  if (!isJsonObject(slicing) || slicing['rules'] !== 'closed') return;
  for (const item of items) {
    if (!matched.has(item))
      fail(
        { ...spot, place: spot.place + item.place },
        'structure',
        `This ${node.name} fits none of the slices, and no other is allowed`,
      );
  }
}

function checkType(spot: Spot, definition: JsonObject, item: Item): void {
  const types = objectsOf(definition, 'type');
  if (types.length === 0 || !item.property) return;
  const type = types.find((one) => one['code'] === item.property?.typeName || one['code'] === item.type?.name);
  if (!type) {
    const isKnown = types.every((one) => findType(String(one['code'])) !== undefined);
    const isAny = types.some(
      (one) =>
        one['code'] === 'Resource' ||
        one['code'] === 'DomainResource' ||
        one['code'] === 'Element' ||
        one['code'] === 'BackboneElement',
    );
    if (isKnown && !isAny && item.property.type.kind !== 'part') {
      fail(
        spot,
        'structure',
        `The type ${item.type?.name ?? item.property.typeName} is not allowed, only ${types.map((one) => String(one['code'])).join(', ')}`,
      );
    }
    return;
  }
  if (type['code'] === 'Reference') checkTargets(spot, types, item.value);
}

function checkTargets(spot: Spot, types: readonly JsonObject[], value: unknown): void {
  const targets = types.flatMap((type) =>
    Array.isArray(type['targetProfile']) ? type['targetProfile'].filter((url) => typeof url === 'string') : [],
  );
  if (targets.length === 0 || !isJsonObject(value)) return;
  const { run } = spot;
  const target = resolveReference(run, value);
  const name = target ? String(target['resourceType']) : impliedType(run, value);
  if (name === undefined) return;
  const fitting = targets.filter(
    (url) =>
      typeOfProfile(run, url) === undefined ||
      typeOfProfile(run, url) === name ||
      typeOfProfile(run, url) === 'Resource',
  );
  if (fitting.length === 0) fail(spot, 'structure', `A reference to a ${name} is not allowed here`);
  else if (target) {
    const item = rootItem(target, findType(name));
    if (!fitting.some((url) => conforms(run, item, url)))
      fail(spot, 'structure', `What the reference points to keeps none of the profiles ${fitting.join(', ')}`);
  }
}

/** Without the target at hand only a server that it must be on, or the sender, tells its type. */
function impliedType(run: Run, value: JsonObject): string | undefined {
  const { type } = value;
  const reference = run.isRest ? value['reference'] : undefined;
  const [, name = ''] =
    typeof reference === 'string'
      ? (/(?:^|\/)([A-Za-z]+)\/[A-Za-z0-9\-.]+(?:\/_history\/[^/]+)?$/.exec(reference) ?? [])
      : [];
  const found = name === '' && typeof type === 'string' ? type : name;
  return findType(found)?.kind === 'resource' ? found : undefined;
}

function typeOfProfile(run: Run, url: string): string | undefined {
  const [plain = ''] = url.split('|');
  const core = findType(plain.replace('http://hl7.org/fhir/StructureDefinition/', ''));
  if (core) return core.name;
  const type = run.find(plain)?.['type'];
  return typeof type === 'string' ? type : undefined;
}

function checkFixed(spot: Spot, definition: JsonObject, value: unknown): void {
  const fixed = choiceValue(definition, 'fixed');
  if (fixed !== undefined && value !== undefined && !isFixed(value, fixed))
    fail(spot, 'value', `The value must be exactly ${JSON.stringify(fixed)}`);
  const pattern = choiceValue(definition, 'pattern');
  if (pattern !== undefined && value !== undefined && !matchesPattern(value, pattern))
    fail(spot, 'value', `The value must have all of ${JSON.stringify(pattern)}`);
}

function checkBounds(spot: Spot, definition: JsonObject, value: unknown): void {
  const { maxLength } = definition;
  if (typeof maxLength === 'number' && typeof value === 'string' && value.length > maxLength)
    fail(spot, 'too-long', `The text is longer than ${maxLength} characters`);
  const [minLength] = objectsOf(definition, 'extension').flatMap((one) =>
    String(one['url']).endsWith('/StructureDefinition/minLength') ? [one['valueInteger']] : [],
  );
  if (typeof minLength === 'number' && typeof value === 'string' && value.length < minLength)
    fail(spot, 'invalid', `The text is shorter than ${minLength} characters`);
  const min = choiceValue(definition, 'minValue');
  const max = choiceValue(definition, 'maxValue');
  if (min !== undefined && (compareValues(value, min) ?? 0) < 0)
    fail(spot, 'invalid', `The value is less than ${JSON.stringify(min)}`);
  if (max !== undefined && (compareValues(value, max) ?? 0) > 0)
    fail(spot, 'invalid', `The value is more than ${JSON.stringify(max)}`);
}

/** A data type or a nested resource must keep one of the profiles that its type names. */
function checkTypeProfiles(spot: Spot, definition: JsonObject, item: Item): void {
  if (!item.property || item.property.typeName === 'Extension' || !isJsonObject(item.value)) return;
  const type = objectsOf(definition, 'type').find(
    (one) => one['code'] === item.property?.typeName || one['code'] === item.type?.name,
  );
  const profiles =
    type && Array.isArray(type['profile']) ? type['profile'].filter((url) => typeof url === 'string') : [];
  if (profiles.length === 0 || spot.run.profileDepth >= maxDepth) return;
  const inside = enterResource(spot.run, item);
  if (!profiles.some((url) => conforms(inside, item, url)))
    fail(spot, 'structure', `The value keeps none of the profiles ${profiles.join(', ')}`);
}

/** Inside a nested resource `%resource` and local references count from it. */
function enterResource(run: Run, item: Item): Run {
  if (item.property?.typeName !== 'Resource' || !isJsonObject(item.value)) return run;
  return {
    ...run,
    resource: item.value,
    rootResource: item.property.key === 'contained' ? run.rootResource : item.value,
  };
}
