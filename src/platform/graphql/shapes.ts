import {
  type DocumentNode,
  GraphQLDirective,
  type GraphQLResolveInfo,
  GraphQLString,
  getDirectiveValues,
  getNamedType,
  responsePathAsArray,
  visit,
} from 'graphql';
import type { PathEvaluator } from './filter-list.ts';
import { invalidQuery } from './limits.ts';

const onFields = ['FIELD'] as const;

const flatten = new GraphQLDirective({
  name: 'flatten',
  description: 'The field is left out and its children take its place.',
  locations: onFields,
});
const first = new GraphQLDirective({
  name: 'first',
  description: 'Only the first item of the list.',
  locations: onFields,
});
const singleton = new GraphQLDirective({
  name: 'singleton',
  description: 'Below a flattened field: one value and no list.',
  locations: onFields,
});
const slice = new GraphQLDirective({
  name: 'slice',
  description: 'The result of a FHIRPath for each item is added to the names of its fields.',
  locations: onFields,
  args: { path: { type: GraphQLString } },
});

/** The directives of FHIR R4, graphql.html#flattening. */
export const shapingDirectives: readonly GraphQLDirective[] = [flatten, first, singleton, slice];

type Shape = {
  readonly type: string;
  readonly flatten: boolean;
  readonly singleton: boolean;
  /** Suffix of each item. */
  readonly slices: readonly string[] | undefined;
};

/** How the answer is reshaped, field by field, gathered while it is made. */
export type Shapes = {
  /** Notes the directives of a field, and gives its value as they leave it. */
  readonly note: (info: GraphQLResolveInfo, value: unknown, base: string, evaluate: PathEvaluator) => unknown;
  readonly apply: (data: Answer) => Answer;
};

type Answer = Record<string, unknown>;

/** Whether a query reshapes its answer at all. */
export function isShaped(document: DocumentNode): boolean {
  const names: ReadonlySet<string> = new Set(shapingDirectives.map(({ name }) => name));
  let found = false;
  visit(document, {
    Directive({ name }) {
      found ||= names.has(name.value);
    },
  });
  return found;
}

export function createShapes(): Shapes {
  const shapes = new Map<string, Shape>();
  return {
    note(info, value, base, evaluate) {
      const nodes = info.fieldNodes;
      const has = ({ name }: GraphQLDirective): boolean =>
        nodes.some(({ directives }) => directives?.some((each) => each.name.value === name));
      const items: unknown = has(first) && Array.isArray(value) ? value.slice(0, 1) : value;
      const path = nodes.map((node) => getDirectiveValues(slice, node, info.variableValues)?.['path']).find(isText);
      shapes.set(responsePathAsArray(info.path).join('.'), {
        type: getNamedType(info.returnType).name,
        flatten: has(flatten),
        singleton: has(singleton),
        slices: path === undefined ? undefined : suffixes(items, (item, at) => evaluate(path, base, item, at)),
      });
      return items;
    },
    apply: (data) => reshape(shapes, data, ''),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function suffixes(items: unknown, evaluate: (item: unknown, at: number) => readonly unknown[]): string[] {
  const list: readonly unknown[] = Array.isArray(items) ? items : [items];
  return list.map((item, at) => evaluate(item, at).map((each) => `.${String(each)}`)[0] ?? '');
}

type Sink = { readonly out: Answer; readonly types: Map<string, string> };

function reshape(shapes: ReadonlyMap<string, Shape>, data: Answer, path: string): Answer {
  const sink: Sink = { out: {}, types: new Map() };
  const prefix = path === '' ? '' : `${path}.`;
  for (const [name, value] of Object.entries(data)) {
    place(shapes, sink, { name, value, path: `${prefix}${name}`, suffix: '', isCollated: false });
  }
  return sink.out;
}

type Placed = {
  readonly name: string;
  readonly value: unknown;
  readonly path: string;
  readonly suffix: string;
  /** Whether values of several places come together under the name. */
  readonly isCollated: boolean;
};

function place(shapes: ReadonlyMap<string, Shape>, sink: Sink, placed: Placed): void {
  const { name, value, path, suffix, isCollated } = placed;
  const shape = shapes.get(path);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const pathOf = (at: number): string => (Array.isArray(value) ? `${path}.${at}` : path);
  if (!shape?.flatten && !shape?.slices) {
    const inner = Array.isArray(value)
      ? items.map((item, at) => within(shapes, item, pathOf(at)))
      : within(shapes, value, path);
    put(sink, { ...placed, name: name + suffix, value: inner }, shape);
    return;
  }
  for (const [at, item] of items.entries()) {
    const own = suffix + (shape.slices?.[at] ?? '');
    if (!shape.flatten) {
      put(sink, { ...placed, name: name + own, value: within(shapes, item, pathOf(at)), isCollated: true }, shape);
    } else if (isAnswer(item)) {
      for (const [key, child] of Object.entries(item)) {
        const next = { name: key, value: child, path: `${pathOf(at)}.${key}`, suffix: own };
        place(shapes, sink, { ...next, isCollated: isCollated || Array.isArray(value) });
      }
    } else if (item !== null) {
      throw invalidQuery(`@flatten: ${name} has no fields that could take its place.`);
    }
  }
}

function within(shapes: ReadonlyMap<string, Shape>, value: unknown, path: string): unknown {
  return isAnswer(value) ? reshape(shapes, value, path) : value;
}

/** A number that is kept as it was written is an object without a prototype as well, but a frozen one. */
function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.isFrozen(value);
}

function put({ out, types }: Sink, { name, value, isCollated }: Placed, shape: Shape | undefined): void {
  if (!isCollated) {
    out[name] = value;
    return;
  }
  const values: readonly unknown[] = (Array.isArray(value) ? value : [value]).filter((each) => each !== null);
  if (values.length === 0) return;
  const type = shape?.type ?? '';
  if ((types.get(name) ?? type) !== type) {
    throw invalidQuery(`@flatten: values of different types come together as ${name}; give one an alias.`);
  }
  types.set(name, type);
  if (!shape?.singleton) {
    out[name] = [...(Array.isArray(out[name]) ? (out[name] as unknown[]) : []), ...values]; // as: an array just looked at
  } else if (values.length > 1 || name in out) {
    throw invalidQuery(`@singleton: ${name} has more than one value.`);
  } else {
    out[name] = values[0];
  }
}
