import { isJsonObject, textOr } from '../../definitions/resource.ts';
import { findType } from '../../definitions/type-model.ts';
import { objectsOf } from '../questionnaire-items.ts';
import type { Run } from '../run.ts';
import { isInValueSet } from '../value-set-membership.ts';
import type { ElementNode } from './element-tree.ts';
import { choiceValue, isFixed, matchesPattern } from './match-value.ts';
import { childItems, type Item, rootItem } from './profile-items.ts';
import { resolveReference } from './resolve-reference.ts';

type Discriminator = { readonly type: string; readonly path: string };
/** Says whether an item keeps a profile, for slices told apart by profile. */
export type ConformsTo = (item: Item, profileUrl: string) => boolean;

/** How the slices of an element are told apart; extensions by url and choices by type need not say it. */
export function discriminatorsOf(node: ElementNode): Discriminator[] {
  const slicing = node.definition['slicing'];
  const given = isJsonObject(slicing) ? objectsOf(slicing, 'discriminator') : [];
  if (given.length > 0) return given.map((one) => ({ type: String(one['type']), path: textOr(one['path'], '$this') }));
  if (node.name === 'extension' || node.name === 'modifierExtension') return [{ type: 'value', path: 'url' }];
  return node.name.endsWith('[x]') ? [{ type: 'type', path: '$this' }] : [];
}

/** The child of that name, or the one type of a choice that the profile speaks of (`valueCode` for `value`). */
function childNode(node: ElementNode, name: string): ElementNode | undefined {
  const plain = node.children.get(name) ?? node.children.get(`${name}[x]`);
  if (plain) return plain;
  return [...node.children.values()].find(
    (child) => child.name.startsWith(name) && /^[A-Z]/.test(child.name.slice(name.length)),
  );
}

export function isInSlice(
  run: Run,
  item: Item,
  slice: ElementNode,
  discriminators: readonly Discriminator[],
  conformsTo: ConformsTo,
): boolean {
  return discriminators.every((discriminator) => passes(run, item, slice, discriminator, conformsTo));
}

function passes(
  run: Run,
  item: Item,
  slice: ElementNode,
  { type, path }: Discriminator,
  conformsTo: ConformsTo,
): boolean {
  const steps = stepsOf(path);
  const found = follow(run, [item], steps);
  const node = nodeAt(slice, steps);
  switch (type) {
    case 'exists':
      return node?.definition['max'] === '0' ? found.length === 0 : found.length > 0;
    case 'type':
      return found.some((one) => hasType(one, node ?? slice));
    case 'profile':
      return passesByProfile(found, profilesOf(node ?? slice), conformsTo);
    default:
      return passesByValue(run, found, slice, node, path);
  }
}

/** A slice that names no profile at the place asks for nothing there. */
function passesByProfile(found: readonly Item[], profiles: readonly string[], conformsTo: ConformsTo): boolean {
  return profiles.length === 0 || found.some((one) => profiles.some((profile) => conformsTo(one, profile)));
}

function passesByValue(
  run: Run,
  found: readonly Item[],
  slice: ElementNode,
  node: ElementNode | undefined,
  path: string,
): boolean {
  const url = path === 'url' && !hasValue(node) ? extensionUrl(slice) : undefined;
  if (url !== undefined) return found.some((one) => one.value === url);
  if (!node) return false;
  const answers = found.map((one) => fits(run, one, node));
  return answers.includes(true);
}

/** A slice of extensions names its extension by profile, or is named like its part. */
function extensionUrl(slice: ElementNode): string | undefined {
  const [profile] = profilesOf(slice);
  return profile?.split('|')[0];
}

function hasValue(node: ElementNode | undefined): boolean {
  return (
    node !== undefined &&
    (choiceValue(node.definition, 'fixed') !== undefined || choiceValue(node.definition, 'pattern') !== undefined)
  );
}

/** Whether the value is the one that the slice demands, at the element or anywhere below it. */
function fits(run: Run, item: Item, node: ElementNode): boolean | undefined {
  const fixed = choiceValue(node.definition, 'fixed');
  if (fixed !== undefined) return isFixed(item.value, fixed);
  const pattern = choiceValue(node.definition, 'pattern');
  if (pattern !== undefined) return matchesPattern(item.value, pattern);
  const binding = node.definition['binding'];
  if (isJsonObject(binding) && binding['strength'] === 'required' && typeof binding['valueSet'] === 'string')
    return hasCodeOf(run, item.value, binding['valueSet']);
  const below = [...node.children.values()].flatMap((child) => childItemsFit(run, item, child) ?? []);
  return below.length > 0 ? !below.includes(false) : undefined;
}

function childItemsFit(run: Run, item: Item, child: ElementNode): boolean | undefined {
  const answers = childItems(item, child.name).map((one) => fits(run, one, child));
  if (answers.length === 0) return hasValue(child) ? false : undefined;
  return answers.includes(true) ? true : answers.includes(false) ? false : undefined;
}

function hasCodeOf(run: Run, value: unknown, url: string): boolean {
  const codings = isJsonObject(value) ? (value['coding'] === undefined ? [value] : objectsOf(value, 'coding')) : [];
  if (typeof value === 'string') return isInValueSet(run.find, url, undefined, value) !== false;
  return codings.some(
    ({ system, code }) =>
      typeof code === 'string' &&
      isInValueSet(run.find, url, typeof system === 'string' ? system : undefined, code) !== false,
  );
}

function hasType(item: Item, node: ElementNode): boolean {
  const codes = objectsOf(node.definition, 'type').map((type) => String(type['code']));
  if (codes.length === 0) return node.slice !== '' && item.property?.key === node.slice;
  return codes.some(
    (code) =>
      code === item.type?.name ||
      code === item.property?.typeName ||
      (code === 'Resource' && item.type?.kind === 'resource'),
  );
}

function profilesOf(node: ElementNode): string[] {
  return objectsOf(node.definition, 'type').flatMap((type) => {
    const profiles = type['profile'];
    return Array.isArray(profiles) ? profiles.filter((url) => typeof url === 'string') : [];
  });
}

/** `resolve().code`, `extension('http://…').value`, `value.ofType(Coding)`; dots inside quotes do not part. */
function stepsOf(path: string): string[] {
  return (path.match(/(?:[^.()]+(?:\((?:'[^']*'|[^)]*)\))?)/g) ?? []).filter((step) => step !== '$this');
}

function follow(run: Run, items: readonly Item[], steps: readonly string[]): Item[] {
  let current = [...items];
  for (const step of steps) current = current.flatMap((item) => next(run, item, step));
  return current;
}

function next(run: Run, item: Item, step: string): Item[] {
  if (step === 'resolve()') {
    const target = resolveReference(run, item.value);
    return target ? [rootItem(target, findType(String(target['resourceType'])))] : [];
  }
  const [, url] = /^extension\('(.*)'\)$/.exec(step) ?? [];
  if (url !== undefined)
    return childItems(item, 'extension').filter(({ value }) => isJsonObject(value) && value['url'] === url);
  const [, type] = /^ofType\((.*)\)$/.exec(step) ?? [];
  if (type !== undefined) return item.property?.typeName === type ? [item] : [];
  return childItems(item, step);
}

/** The node of the slice that a discriminator looks at; a reference is followed in the data alone. */
function nodeAt(slice: ElementNode, steps: readonly string[]): ElementNode | undefined {
  let node: ElementNode | undefined = slice;
  for (const step of steps) {
    if (step === 'resolve()' || step.startsWith('ofType(')) continue;
    const [, url] = /^extension\('(.*)'\)$/.exec(step) ?? [];
    if (url !== undefined) node = node.children.get('extension')?.slices.find((one) => extensionUrl(one) === url);
    else node = childNode(node, step);
    if (!node) return undefined;
  }
  return node;
}
