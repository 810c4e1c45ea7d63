import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { findType, type TypeModel } from '../definitions/type-model.ts';
import { findNodes, type PathNode } from '../fhirpath/find-nodes.ts';
import { checkPatchPath } from './check-patch-path.ts';
import { notApplicable } from './patch-errors.ts';

/** An element in place: `holder[key]`, or `holder[key][index]` in a list. */
export type Located = {
  readonly holder: JsonObject;
  readonly type: TypeModel;
  readonly key: string;
  readonly index: number | undefined;
};

/** Every element that a FHIRPath expression selects, with the object that holds it. */
export function locateElements(resource: JsonObject, path: string): Located[] {
  checkPatchPath(path);
  return findNodes(path, resource).map((node) => locate(resource, node, path));
}

/** The object that an expression selects, as a place to put children. */
export function locateObject(resource: JsonObject, path: string): { object: JsonObject; type: TypeModel } | undefined {
  checkPatchPath(path);
  const nodes = findNodes(path, resource);
  if (nodes.length > 1) throw notApplicable(`"${path}" selects ${nodes.length} elements`, path);
  const [node] = nodes;
  if (!node) return undefined;
  const steps = stepsOf(node);
  const { object, type } = walk(resource, steps, path);
  return { object, type };
}

type Step = { readonly key: string; readonly index: number | undefined };

function stepsOf(node: PathNode): Step[] {
  const steps: Step[] = [];
  for (let current = node; current.parentResNode; current = current.parentResNode) {
    steps.unshift({ key: current.propName ?? '', index: current.index ?? undefined });
  }
  return steps;
}

function locate(resource: JsonObject, node: PathNode, path: string): Located {
  const steps = stepsOf(node);
  const last = steps.pop();
  if (!last) throw notApplicable(`"${path}" selects the resource itself`, path);
  const { object, type } = walk(resource, steps, path);
  const key = presentKey(object, type, last.key);
  const list = object[key];
  return { holder: object, type, key, index: Array.isArray(list) ? (last.index ?? 0) : undefined };
}

function walk(resource: JsonObject, steps: readonly Step[], path: string): { object: JsonObject; type: TypeModel } {
  let object = resource;
  let type = typeOfResource(resource);
  for (const { key: name, index } of steps) {
    const key = presentKey(object, type, name);
    const property = type?.properties.get(key);
    const value = object[key];
    const next: unknown = Array.isArray(value) ? value[index ?? 0] : value;
    if (!property || !isJsonObject(next))
      throw notApplicable(`"${path}" does not select an element that can hold others`, path);
    object = next;
    type = property.typeName === 'Resource' ? typeOfResource(next) : property.type;
  }
  if (!type) throw notApplicable(`"${path}" stands in a resource of unknown type`, path);
  return { object, type };
}

/** The engine calls a choice by its plain name (`value`); the object has it under the name with the type. */
function presentKey(object: JsonObject, type: TypeModel | undefined, name: string): string {
  const choice = type?.elements.find((element) => element.isChoice && element.name === name);
  return (
    choice?.properties.find(({ key }) => object[key] !== undefined || object[`_${key}`] !== undefined)?.key ?? name
  );
}

function typeOfResource(resource: JsonObject): TypeModel | undefined {
  const name = resource['resourceType'];
  return typeof name === 'string' ? findType(name) : undefined;
}
