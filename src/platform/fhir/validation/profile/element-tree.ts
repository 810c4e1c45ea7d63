import { isJsonObject, type JsonObject, textOr } from '../../definitions/resource.ts';
import { findConstraint, findType } from '../../definitions/type-model.ts';
import { objectsOf } from '../questionnaire-items.ts';
import type { FindDefinition } from '../value-set-membership.ts';

/** What a profile says of one element: its definition, what stands below, and its slices. */
export type ElementNode = {
  readonly name: string;
  /** Name of the slice; empty for the element itself. */
  readonly slice: string;
  readonly definition: JsonObject;
  readonly children: ReadonlyMap<string, ElementNode>;
  readonly slices: readonly ElementNode[];
};
export type ProfileTree = { readonly url: string; readonly type: string; readonly root: ElementNode };

const coreRoot = 'http://hl7.org/fhir/StructureDefinition/';
/** Profiles that build on one another in a circle end here. */
const maxChain = 20;

const trees = new WeakMap<JsonObject, ProfileTree>();

/**
 * The constraints that a StructureDefinition adds to its core type, with those of the profiles it is built on. What the core
 * type says itself is left out, for the base validation has applied it.
 */
export function profileTree(definition: JsonObject, find: FindDefinition): ProfileTree | undefined {
  const known = trees.get(definition);
  if (known) return known;
  const elements = mergeChain(definition, find, 0);
  const type = textOr(definition['type']);
  const root = buildNode([...elements.values()], type);
  if (!root) return undefined;
  const tree = { url: String(definition['url']), type, root };
  trees.set(definition, tree);
  return tree;
}

/** Elements by id, those of the base first, each refined by the next. */
function mergeChain(definition: JsonObject, find: FindDefinition, depth: number): Map<string, JsonObject> {
  const base = textOr(definition['baseDefinition']).split('|')[0] ?? '';
  const isOnCore = base.startsWith(coreRoot) && findType(base.slice(coreRoot.length)) !== undefined;
  const parent = isOnCore || depth > maxChain ? undefined : find(base);
  const differential = elementsIn(definition['differential']);
  const snapshot = elementsIn(definition['snapshot']);
  if (parent?.['resourceType'] === 'StructureDefinition')
    return refine(mergeChain(parent, find, depth + 1), differential ?? snapshot ?? []);
  if (isOnCore) return refine(new Map(), differential ?? snapshot ?? []);
  return refine(new Map(), snapshot ?? differential ?? []);
}

function elementsIn(view: unknown): JsonObject[] | undefined {
  if (!isJsonObject(view)) return undefined;
  const elements = objectsOf(view, 'element');
  return elements.length > 0 ? elements : undefined;
}

function refine(base: Map<string, JsonObject>, elements: readonly JsonObject[]): Map<string, JsonObject> {
  const merged = new Map(base);
  const idOf = new Map<string, string>();
  for (const element of elements) {
    const path = String(element['path']);
    const id = elementId(element, path, idOf);
    idOf.set(path, id);
    const before = merged.get(id);
    const constraint = [...(before ? objectsOf(before, 'constraint') : []), ...objectsOf(element, 'constraint')];
    merged.set(id, {
      ...before,
      ...element,
      id,
      ...(constraint.length > 0 ? { constraint: ownConstraints(constraint) } : {}),
    });
  }
  return merged;
}

/** Invariants of the core types come along in snapshots and are checked already. */
function ownConstraints(constraints: readonly JsonObject[]): JsonObject[] {
  const byKey = new Map(constraints.map((constraint) => [String(constraint['key']), constraint]));
  return [...byKey.values()].filter(
    (constraint) => findConstraint(String(constraint['key']))?.[1] !== constraint['expression'],
  );
}

/** The id tells the slices on the way; where an author left it out, the elements before tell. */
function elementId(element: JsonObject, path: string, idOf: ReadonlyMap<string, string>): string {
  const given = element['id'];
  if (typeof given === 'string' && given.includes(path.split('.')[0] ?? '')) return given;
  const at = path.lastIndexOf('.');
  const slice = typeof element['sliceName'] === 'string' ? `:${element['sliceName']}` : '';
  if (at < 0) return path;
  const parent = path.slice(0, at);
  return `${idOf.get(parent) ?? parent}${path.slice(at)}${slice}`;
}

type Draft = { name: string; slice: string; definition: JsonObject; children: Map<string, Draft>; slices: Draft[] };

function draft(name: string, slice: string): Draft {
  return { name, slice, definition: {}, children: new Map(), slices: [] };
}

function buildNode(elements: readonly JsonObject[], type: string): ElementNode | undefined {
  const root = draft(type, '');
  for (const element of elements) {
    const names = String(element['id']).split('.');
    let node = root;
    for (const name of names.slice(1)) node = descend(node, name);
    node.definition = element;
  }
  return root.children.size > 0 || Object.keys(root.definition).length > 0 ? root : undefined;
}

/** `identifier:mrn` is the slice mrn of identifier; a slice of a slice is `a/b`. */
function descend(parent: Draft, part: string): Draft {
  const [name = '', slice = ''] = part.split(':');
  let node = parent.children.get(name);
  if (!node) {
    node = draft(name, '');
    parent.children.set(name, node);
  }
  if (slice === '') return node;
  let found = node.slices.find((candidate) => candidate.slice === slice);
  if (!found) {
    found = draft(name, slice);
    node.slices.push(found);
  }
  return found;
}
