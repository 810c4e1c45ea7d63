import type {
  CompiledElement,
  CompiledStructures,
  CompiledType,
} from '../../src/platform/fhir/definitions/compiled-structures.ts';
import type { Constraint, ElementDefinition, ElementType, StructureDefinition } from './definition-sources.ts';

const canonicalRoot = 'http://hl7.org/fhir/StructureDefinition/';
const maxValueSet = `${canonicalRoot}elementdefinition-maxValueSet`;

/** Tables of every R4 type: elements in the order of the standard, without what the base type already says. */
export function compileStructures(definitions: readonly StructureDefinition[]): CompiledStructures {
  const compiled: CompiledStructures = { fhirVersion: '4.0.1', types: [], constraints: {} };
  for (const definition of inBaseOrder(definitions)) compileType(definition, compiled);
  return compiled;
}

function inBaseOrder(definitions: readonly StructureDefinition[]): StructureDefinition[] {
  const byUrl = new Map(definitions.map((definition) => [definition.url, definition]));
  const ordered = new Set<StructureDefinition>();
  const add = (definition: StructureDefinition | undefined): void => {
    if (!definition || ordered.has(definition)) return;
    add(byUrl.get(definition.baseDefinition ?? ''));
    ordered.add(definition);
  };
  for (const definition of definitions) add(definition);
  return [...ordered];
}

function compileType(definition: StructureDefinition, compiled: CompiledStructures): void {
  const elements = definition.snapshot.element;
  const [root] = elements;
  if (!root) throw new Error(`${definition.name} has no elements`);
  const name = definition.url.slice(canonicalRoot.length);
  const base = definition.baseDefinition?.slice(canonicalRoot.length);
  const inherited = new Set(['ele-1', ...inheritedKeys(compiled, base)]);
  const constraints = keysOf(root, inherited, compiled);
  const type: CompiledType = { name, kind: kindOf(definition), e: [] };
  if (base) type.base = base;
  if (definition.abstract) type.abstract = 1;
  if (constraints.length > 0) type.c = constraints;
  compiled.types.push(type);
  if (definition.derivation === 'constraint') return;
  const parts = new Map<string, CompiledType>([[root.path, type]]);
  for (const element of elements.slice(1)) addElement(definition, element, parts, compiled);
}

function kindOf(definition: StructureDefinition): CompiledType['kind'] {
  if (definition.kind === 'resource') return 'resource';
  return definition.kind === 'primitive-type' ? 'primitive' : 'complex';
}

function inheritedKeys(compiled: CompiledStructures, base: string | undefined): string[] {
  const type = compiled.types.find((candidate) => candidate.name === base);
  return type ? [...(type.c ?? []), ...inheritedKeys(compiled, type.base)] : [];
}

function addElement(
  definition: StructureDefinition,
  element: ElementDefinition,
  parts: Map<string, CompiledType>,
  compiled: CompiledStructures,
): void {
  const at = element.path.lastIndexOf('.');
  const parent = parts.get(element.path.slice(0, at));
  if (!parent) throw new Error(`${element.path} has no parent`);
  if (element.base && element.base.path !== element.path) return;
  const entry: CompiledElement = { n: element.path.slice(at + 1), t: typesOf(element) };
  if (isPart(element, definition)) {
    const part: CompiledType = { name: element.path, kind: 'part', base: element.type?.[0]?.code ?? 'Element', e: [] };
    const own = keysOf(element, new Set(['ele-1', 'ext-1']), compiled);
    if (own.length > 0) part.c = own;
    parts.set(element.path, part);
    compiled.types.push(part);
    entry.t = [element.path];
  } else {
    const own = keysOf(element, new Set(['ele-1', 'ext-1']), compiled);
    if (own.length > 0) entry.c = own;
  }
  if (element.min > 0) entry.m = element.min;
  if (element.max !== '1') entry.x = element.max === '*' ? -1 : Number(element.max);
  const valueSet = requiredValueSet(element);
  if (valueSet) entry.b = valueSet;
  if (element.isSummary) entry.s = 1;
  if (element.isModifier) entry.i = 1;
  if (element.representation?.includes('xmlAttr')) entry.a = 1;
  parent.e.push(entry);
}

function isPart(element: ElementDefinition, definition: StructureDefinition): boolean {
  const code = element.type?.[0]?.code;
  const own = definition.snapshot.element.some(
    (other) => other.path.startsWith(`${element.path}.`) && other.base?.path === other.path,
  );
  return own && (code === 'BackboneElement' || code === 'Element');
}

function typesOf(element: ElementDefinition): string[] {
  if (element.contentReference) return [element.contentReference.slice(element.contentReference.indexOf('#') + 1)];
  return (element.type ?? []).map(typeText);
}

function typeText(type: ElementType): string {
  const written = type.extension?.find((extension) =>
    extension.url.endsWith('structuredefinition-fhir-type'),
  )?.valueUrl;
  const code = written ?? type.code;
  const profile = type.profile?.[0] ? `<${type.profile[0].slice(canonicalRoot.length)}>` : '';
  const targets = (type.targetProfile ?? []).map((target) => target.slice(canonicalRoot.length));
  const anything = targets.length === 0 || targets.includes('Resource');
  return `${code}${profile}${anything ? '' : `(${targets.join('|')})`}`;
}

function requiredValueSet(element: ElementDefinition): string | undefined {
  const { binding } = element;
  const bounded = binding?.extension?.find((extension) => extension.url === maxValueSet)?.valueCanonical;
  const url = binding?.strength === 'required' ? binding.valueSet : bounded;
  return url?.split('|')[0];
}

function keysOf(element: ElementDefinition, known: ReadonlySet<string>, compiled: CompiledStructures): string[] {
  const keys: string[] = [];
  for (const constraint of element.constraint ?? []) {
    if (!constraint.expression || known.has(constraint.key)) continue;
    keys.push(register(constraint, element.path, compiled));
  }
  return keys;
}

/** A key used for two different rules gets the path added, so that no rule is lost. */
function register(constraint: Constraint, path: string, compiled: CompiledStructures): string {
  const severity = constraint.severity === 'error' ? 'error' : 'warning';
  const rule: CompiledStructures['constraints'][string] = [severity, constraint.expression ?? '', constraint.human];
  const present = compiled.constraints[constraint.key];
  const same = !present || (present[0] === rule[0] && present[1] === rule[1]);
  const key = same ? constraint.key : `${constraint.key}@${path}`;
  compiled.constraints[key] ??= rule;
  return key;
}
