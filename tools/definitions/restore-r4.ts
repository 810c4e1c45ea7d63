import r4 from 'fhirpath/fhir-context/r4';
import type { ElementDefinition, StructureDefinition } from './definition-sources.ts';

/** Parts of an element that decide what a resource may hold. */
const deciding = ['min', 'max', 'type', 'binding', 'isSummary'] as const;

/** Invariants that the package took over from later versions of FHIR. */
const laterConstraints = new Set(['dom-r4b', 'evv-1']);

/**
 * The package adds elements of later versions and of its own product to the R4 types (`Meta.project`,
 * `ResearchStudy.label`, …) and widens some. Two untouched sources tell what R4 has: the data elements that HL7 published with
 * 4.0.1, and, for paths too long to have one, the model of the FHIRPath engine.
 */
export function restoreR4(
  definitions: readonly StructureDefinition[],
  dataElements: readonly StructureDefinition[],
): StructureDefinition[] {
  const published = new Map<string, ElementDefinition>();
  // The first of a path is the type's own; those of profiles on the same type (SimpleQuantity) follow.
  for (const element of dataElements.flatMap((definition) => definition.snapshot.element)) {
    if (!published.has(element.path)) published.set(element.path, element);
  }
  const groups = new Set([...published.keys()].flatMap(ancestorsOf));
  const isR4 = (path: string): boolean => published.has(path) || groups.has(path) || isInModel(path);
  return definitions.map((definition) => {
    const known = withoutOrphans(
      definition.snapshot.element.filter(
        (element) => !element.path.includes('.') || isInherited(element) || isR4(element.path),
      ),
    );
    const elements = withMissing(definition.type, known, published).map((element) =>
      restoreElement(element, published.get(element.path)),
    );
    return { ...definition, snapshot: { element: elements } };
  });
}

/** The model also lists each type of a choice as a path of its own, which is no element. */
function isInModel(path: string): boolean {
  const [, choice = ''] = /^(.*?\.[a-z][A-Za-z]*?)[A-Z][A-Za-z0-9]*$/.exec(path) ?? [];
  if (choiceOf(path, choice)) return false;
  return path in r4.path2Type || path in r4.pathsDefinedElsewhere || path.replace('[x]', '') in r4.choiceTypePaths;
}

function choiceOf(path: string, start: string): boolean {
  if (start === '') return false;
  return Object.entries(r4.choiceTypePaths).some(
    ([choice, types]) => choice.startsWith(start) && types.some((type) => path === choice + type),
  );
}

function ancestorsOf(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
}

function isInherited(element: ElementDefinition): boolean {
  return element.base !== undefined && element.base.path !== element.path;
}

/** Drops what stood below an element that has been dropped. */
function withoutOrphans(elements: readonly ElementDefinition[]): ElementDefinition[] {
  const kept = new Set<string>();
  return elements.filter(({ path }) => {
    const at = path.lastIndexOf('.');
    if (at >= 0 && !kept.has(path.slice(0, at))) return false;
    kept.add(path);
    return true;
  });
}

function restoreElement(element: ElementDefinition, published: ElementDefinition | undefined): ElementDefinition {
  const restored: ElementDefinition = { ...element };
  if (element.constraint)
    restored.constraint = element.constraint.filter((constraint) => !laterConstraints.has(constraint.key));
  if (!published || isInherited(element)) return restored;
  for (const key of deciding) {
    if (published[key] === undefined) delete restored[key];
    else Object.assign(restored, { [key]: published[key] });
  }
  return restored;
}

/** Elements that the package replaced by later ones; siblings are put into the published order again. */
function withMissing(
  type: string,
  elements: ElementDefinition[],
  published: ReadonlyMap<string, ElementDefinition>,
): ElementDefinition[] {
  const present = new Set(elements.map((element) => element.path));
  const missing = [...published.values()].filter(
    (element) => element.path.startsWith(`${type}.`) && !present.has(element.path),
  );
  const result = [...elements];
  for (const element of missing) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    const siblings = [...published.keys()].filter((path) => path.slice(0, path.lastIndexOf('.')) === parent);
    const earlier = siblings.slice(0, siblings.indexOf(element.path)).reverse();
    const after = result.findIndex(
      (other) => other.path === (earlier.find((path) => result.some((one) => one.path === path)) ?? parent),
    );
    result.splice(after + 1, 0, element);
  }
  return result;
}
