import { findType, type TypeModel } from '../definitions/type-model.ts';
import type { Run } from './run.ts';

/**
 * Every name by which the element that holds level `depth` of the walk can be called in the context of an extension:
 * its path, its type and the types beneath, and its path from each element that holds it.
 */
export function elementNames(run: Run, depth: number): Set<string> {
  const names = new Set<string>();
  let suffix = '';
  for (let level = depth - 1; level >= 0; level -= 1) {
    const property = run.properties[level];
    if (!property) break;
    if (property.typeName === 'Resource') {
      addTypeNames(names, run.resource['resourceType'], suffix);
      return names;
    }
    addAncestry(names, property.type, suffix);
    names.add(property.element.path + suffix);
    if (property.element.isChoice) {
      names.add(property.element.path.slice(0, -3) + suffix);
      names.add(`${property.element.path.slice(0, property.element.path.lastIndexOf('.'))}.${property.key}${suffix}`);
    }
    suffix = `.${property.element.name}${suffix}`;
  }
  addTypeNames(names, run.document['resourceType'], suffix);
  return names;
}

function addTypeNames(names: Set<string>, typeName: unknown, suffix: string): void {
  const type = typeof typeName === 'string' ? findType(typeName) : undefined;
  if (type) addAncestry(names, type, suffix);
}

const canonicalInterfaces: ReadonlySet<string> = new Set(['CanonicalResource', 'MetadataResource']);

function addAncestry(names: Set<string>, type: TypeModel, suffix: string): void {
  for (let current: TypeModel | undefined = type; current; current = current.base) names.add(current.name + suffix);
  if (type.kind === 'resource' && type.properties.has('url'))
    for (const name of canonicalInterfaces) names.add(name + suffix);
}
