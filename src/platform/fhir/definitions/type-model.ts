import type { CompiledConstraint, CompiledElement, CompiledStructures, CompiledType } from './compiled-structures.ts';
import { readGenerated } from './read-generated.ts';

/** One R4 type: a resource, a data type, a primitive, or a part such as `Patient.contact`. */
export type TypeModel = {
  readonly name: string;
  readonly kind: 'resource' | 'complex' | 'primitive' | 'part';
  readonly base: TypeModel | undefined;
  readonly isAbstract: boolean;
  /** Keys of the invariants, those of the base types first. */
  readonly constraintKeys: readonly string[];
  /** In the order of the standard, inherited ones first. */
  readonly elements: readonly ElementModel[];
  /** By JSON property name; a choice has one entry per type (`valueQuantity`). */
  readonly properties: ReadonlyMap<string, PropertyModel>;
};

export type ElementModel = {
  /** Without `[x]`. */
  readonly name: string;
  /** `Patient.contact.name`, `Observation.value[x]`; where the element is defined, so `Resource.id`. */
  readonly path: string;
  readonly min: number;
  /** Infinity where there is no limit. */
  readonly max: number;
  readonly isList: boolean;
  readonly isChoice: boolean;
  readonly isSummary: boolean;
  readonly isModifier: boolean;
  readonly isXmlAttribute: boolean;
  readonly constraintKeys: readonly string[];
  /** URL of the value set of a required binding. */
  readonly requiredValueSet: string | undefined;
  readonly properties: readonly PropertyModel[];
};

export type PropertyModel = {
  readonly key: string;
  readonly element: ElementModel;
  /** `Quantity`, `code`, `Patient.contact`, `Resource` (any resource). */
  readonly typeName: string;
  readonly type: TypeModel;
  readonly isPrimitive: boolean;
  /** Profile of the data type that the standard itself demands: `SimpleQuantity`. */
  readonly dataTypeProfile: TypeModel | undefined;
  /** Resource types a Reference or canonical may point to; empty where any may stand. */
  readonly targets: ReadonlySet<string>;
};

const compiled = readGenerated('structures.json') as CompiledStructures; // as: generated file, held fresh by a test
const types = new Map<string, TypeModel>();
const typeText = /^([^<(]+)(?:<([^>]+)>)?(?:\(([^)]+)\))?$/;

function build(source: CompiledType): TypeModel {
  const base = source.base === undefined ? undefined : types.get(source.base);
  const own = source.e.map((element) => buildElement(source.name, element));
  const elements = [...(base?.elements ?? []), ...own];
  const properties = new Map(
    elements.flatMap((element) => element.properties.map((property) => [property.key, property])),
  );
  return {
    name: source.name,
    kind: source.kind,
    base,
    isAbstract: source.abstract === 1,
    constraintKeys: [...(base?.constraintKeys ?? []), ...(source.c ?? [])],
    elements,
    properties,
  };
}

function buildElement(owner: string, source: CompiledElement): ElementModel {
  const isChoice = source.n.endsWith('[x]');
  const max = source.x ?? 1;
  const properties: PropertyModel[] = [];
  const element: ElementModel = {
    name: isChoice ? source.n.slice(0, -3) : source.n,
    path: `${owner}.${source.n}`,
    min: source.m ?? 0,
    max: max < 0 ? Number.POSITIVE_INFINITY : max,
    isList: max !== 1,
    isChoice,
    isSummary: source.s === 1,
    isModifier: source.i === 1,
    isXmlAttribute: source.a === 1,
    constraintKeys: source.c ?? [],
    requiredValueSet: source.b,
    properties,
  };
  for (const text of source.t) properties.push(buildProperty(element, text));
  return element;
}

function buildProperty(element: ElementModel, text: string): PropertyModel {
  const [, written = text, profile, targets = ''] = typeText.exec(text) ?? [];
  // The snapshot gives Resource.id the type of Element.id; the standard's page says id.
  const typeName = element.path === 'Resource.id' ? 'id' : written;
  const key = element.isChoice ? element.name + typeName.charAt(0).toUpperCase() + typeName.slice(1) : element.name;
  return {
    key,
    element,
    typeName,
    // Types refer to one another, so they are looked up when they are first needed.
    get type() {
      return getType(typeName);
    },
    isPrimitive: primitiveNames.has(typeName),
    get dataTypeProfile() {
      return profile === undefined ? undefined : types.get(profile);
    },
    targets: new Set(targets === '' ? [] : targets.split('|')),
  };
}

const primitiveNames = new Set(compiled.types.filter((type) => type.kind === 'primitive').map((type) => type.name));
for (const type of compiled.types) types.set(type.name, build(type));

/** Names of the R4 resource types that can be stored, in alphabetical order. */
export const resourceTypes: readonly string[] = [...types.values()]
  .filter((type) => type.kind === 'resource' && !type.isAbstract)
  .map((type) => type.name)
  .sort();
const resourceTypeSet: ReadonlySet<string> = new Set(resourceTypes);

export function isResourceType(name: string): boolean {
  return resourceTypeSet.has(name);
}

export function findType(name: string): TypeModel | undefined {
  return types.get(name);
}

function getType(name: string): TypeModel {
  const type = types.get(name);
  if (!type) throw new Error(`The definitions have no type ${name}`);
  return type;
}

export function findConstraint(key: string): CompiledConstraint | undefined {
  return compiled.constraints[key];
}

/** True when `type` is `ancestor` or is built on it. */
export function isKindOf(type: TypeModel | undefined, ancestor: string): boolean {
  for (let current = type; current; current = current.base) if (current.name === ancestor) return true;
  return false;
}
