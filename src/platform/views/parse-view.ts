import { findType, isJsonObject, isResourceType, type JsonObject } from '#platform/fhir';
import { invalidView } from './errors.ts';
import { readConstants } from './parse-constants.ts';
import { parsePath } from './path/parse-path.ts';
import { PathSyntaxError } from './path/path-syntax-error.ts';
import { listOf, onlyElements, optionalText, requiredText, sqlName } from './read-elements.ts';
import {
  type Column,
  columnsOf,
  type Expression,
  type Iteration,
  type Selection,
  siblingOf,
  type View,
} from './view-tree.ts';

const columnsAtMost = 400;
const depthAtMost = 20;

/**
 * Reads a ViewDefinition of SQL on FHIR 2. Throws `AppError` `views.invalid-view`, which names the element, where the
 * shape is wrong, an expression cannot be read, names are given twice or the branches of a union differ.
 */
export function parseView(definition: unknown): View {
  const place = 'ViewDefinition';
  if (!isJsonObject(definition)) {
    throw invalidView(place, 'is no JSON object.');
  }
  checkHead(definition);
  const resource = requiredText(definition, 'resource', place);
  if (!isResourceType(resource)) {
    throw invalidView(`${place}.resource`, 'is no resource type of FHIR R4.');
  }
  const selections = listOf(definition, 'select', place).map((each) => readSelection(each.value, each.place, 1));
  if (selections.length === 0) {
    throw invalidView(`${place}.select`, 'is missing; a view has one select or more.');
  }
  const selection: Selection = { place, iteration: undefined, columns: [], selections, unionAll: [] };
  checkColumns(selection, new Set());
  if (columnsOf(selection).length === 0 || columnsOf(selection).length > columnsAtMost) {
    throw invalidView(`${place}.select`, `has no column, or more than ${columnsAtMost}.`);
  }
  return {
    name: optionalText(definition, 'name', place),
    url: optionalText(definition, 'url', place),
    resource,
    constants: readConstants(definition),
    where: listOf(definition, 'where', place).map((each) => {
      onlyElements(each.value, ['path', 'description'], each.place);
      return readExpression(each.value, 'path', each.place);
    }),
    selection,
  };
}

function checkHead(definition: JsonObject): void {
  const { resourceType, fhirVersion } = definition;
  if (resourceType !== undefined && resourceType !== 'ViewDefinition') {
    throw invalidView('ViewDefinition.resourceType', 'is not ViewDefinition.');
  }
  const name = optionalText(definition, 'name', 'ViewDefinition');
  if (name !== undefined) {
    sqlName(name, 'ViewDefinition.name');
  }
  const versions = fhirVersion === undefined ? [] : [fhirVersion].flat();
  if (
    versions.length > 0 &&
    !versions.some((version) => typeof version === 'string' && /^4\.0(?:\.|$)/.test(version))
  ) {
    throw invalidView('ViewDefinition.fhirVersion', 'does not name 4.0.1, the version of this record.');
  }
}

const selectionElements = ['column', 'select', 'forEach', 'forEachOrNull', 'repeat', 'unionAll'];

function readSelection(value: JsonObject, place: string, depth: number): Selection {
  if (depth > depthAtMost) {
    throw invalidView(place, `is nested deeper than ${depthAtMost} levels.`);
  }
  onlyElements(value, selectionElements, place);
  const nested = (name: 'select' | 'unionAll'): Selection[] =>
    listOf(value, name, place).map((each) => readSelection(each.value, each.place, depth + 1));
  return {
    place,
    iteration: readIteration(value, place),
    columns: listOf(value, 'column', place).map((each) => readColumn(each.value, each.place)),
    selections: nested('select'),
    unionAll: nested('unionAll'),
  };
}

function readIteration(value: JsonObject, place: string): Iteration | undefined {
  const [kind, ...others] = (['forEach', 'forEachOrNull', 'repeat'] as const).filter(
    (name) => value[name] !== undefined,
  );
  if (others.length > 0) {
    throw invalidView(place, 'has more than one of forEach, forEachOrNull and repeat.');
  }
  if (kind !== 'repeat') {
    return kind && { kind, of: readExpression(value, kind, place) };
  }
  const paths = value[kind];
  if (!Array.isArray(paths) || paths.length === 0) {
    throw invalidView(`${place}.repeat`, 'is no list of expressions.');
  }
  return { kind, of: paths.map((path: unknown, at) => parseAt(path, `${place}.repeat[${at}]`)) };
}

function readColumn(value: JsonObject, place: string): Column {
  onlyElements(value, ['path', 'name', 'description', 'collection', 'type', 'tag', 'tags'], place);
  const { collection = false } = value;
  if (typeof collection !== 'boolean') {
    throw invalidView(`${place}.collection`, 'is neither true nor false.');
  }
  const type = optionalText(value, 'type', place)?.replace('http://hl7.org/fhir/StructureDefinition/', '');
  if (type !== undefined && findType(type) === undefined) {
    throw invalidView(`${place}.type`, 'is no type of FHIR R4.');
  }
  return {
    ...readExpression(value, 'path', place),
    name: sqlName(requiredText(value, 'name', place), `${place}.name`),
    type,
    isCollection: collection,
  };
}

function readExpression(value: JsonObject, name: string, place: string): Expression {
  return parseAt(requiredText(value, name, place), `${place}.${name}`);
}

function parseAt(text: unknown, place: string): Expression {
  if (typeof text !== 'string') {
    throw invalidView(place, 'is no text.');
  }
  try {
    return { path: parsePath(text), place };
  } catch (error) {
    throw error instanceof PathSyntaxError ? invalidView(place, `cannot be read: ${error.message}.`) : error;
  }
}

/** ValidateColumns of the specification: each name once, and the same names in each branch of a union. */
function checkColumns(selection: Selection, known: ReadonlySet<string>): ReadonlySet<string> {
  let names = known;
  for (const { name, place } of selection.columns) {
    if (names.has(name)) {
      throw invalidView(siblingOf(place, 'name'), `is the name of another column: ${name}.`);
    }
    names = new Set([...names, name]);
  }
  for (const nested of selection.selections) {
    names = checkColumns(nested, names);
  }
  const [first, ...others] = selection.unionAll.map((branch) => ({ branch, names: checkColumns(branch, names) }));
  for (const other of others) {
    if (first && [...first.names].join() !== [...other.names].join()) {
      throw invalidView(other.branch.place, 'has other columns, or in another order, than the first of the union.');
    }
  }
  return first?.names ?? names;
}
