import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  specifiedRules,
  VariablesInAllowedPositionRule,
  validate,
  visit,
} from 'graphql';
import { type ParameterTable, storedTypes } from '#platform/search';
import { limits, tooCostly } from './limits.ts';
import { refuseRepeats } from './repeated-fields.ts';
import { createSchema } from './schema.ts';
import { isShaped } from './shapes.ts';

/** A query that may run, or what is wrong with it. */
export type PreparedQuery =
  | {
      readonly schema: GraphQLSchema;
      readonly document: DocumentNode;
      readonly isShaped: boolean;
      /** Whether it asks for the schema alone, so that the answer is always the same. */
      readonly isConstant: boolean;
    }
  | { readonly errors: readonly GraphQLError[] };

/** Clients repeat their queries; the oldest gives way. */
const maxPrepared = 200;
const prepared = new Map<string, PreparedQuery>();

/** Reads and checks a query on the whole record, or on a resource of a type. */
export function prepareQuery(root: string | undefined, text: string, table: ParameterTable): PreparedQuery {
  const key = `${root ?? ''} ${addedTo(table)} ${text}`;
  const known = prepared.get(key);
  if (known) return known;
  const fresh = prepare(root, text, table);
  const oldest = prepared.size >= maxPrepared ? prepared.keys().next().value : undefined;
  if (oldest !== undefined) prepared.delete(oldest);
  if (text.length <= limits.characters / 10) prepared.set(key, fresh);
  return fresh;
}

/**
 * A variable may stand wherever its value can be read as text: whether a client declares it as `String`, `ID`, `code` or
 * `date` is no matter, since the arguments of FHIR take any.
 */
const rules = specifiedRules.filter((rule) => rule !== VariablesInAllowedPositionRule);

function prepare(root: string | undefined, text: string, table: ParameterTable): PreparedQuery {
  try {
    const document = withTypeConditions(
      parse(text, { maxLexicalTokens: limits.tokens, maxSourceLength: limits.characters }),
    );
    const names = namesIn(document);
    const isIntrospection = names.has('__schema') || names.has('__type');
    const schema = isIntrospection ? wholeSchema(root, table) : createSchema(root, names, table);
    refuseSize(document);
    refuseRepeats(document);
    const errors = validate(schema, document, rules, { maxErrors: 20, hideSuggestions: true });
    return errors.length > 0
      ? { errors }
      : { schema, document, isShaped: isShaped(document), isConstant: isConstant(document) };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

const whole = new Map<string, GraphQLSchema>();

function wholeSchema(root: string | undefined, table: ParameterTable): GraphQLSchema {
  const key = `${root ?? ''} ${addedTo(table)}`;
  const known = whole.get(key) ?? createSchema(root, undefined, table);
  whole.clear(); // one is kept: it has some megabytes
  whole.set(key, known);
  return known;
}

/** The parameters beyond the standard's, by which one schema differs from another. */
export function addedTo(table: ParameterTable): string {
  return storedTypes.flatMap((type) => table.added(type).map((each) => `${type}.${each.code}:${each.type}`)).join(',');
}

/** What a query speaks of: fields, types and arguments. */
function namesIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Name({ value }) {
      names.add(value);
      const type = /^(.+)(?:List|Connection)$/.exec(value)?.[1];
      if (type !== undefined) names.add(type);
    },
  });
  return names;
}

/** `resource(type: Patient) { … }` means `resource(type: Patient) { ... on Patient { … } }`. FHIR R4, graphql.html#references. */
function withTypeConditions(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field(node): FieldNode | undefined {
      const type =
        node.name.value === 'resource' ? node.arguments?.find(({ name }) => name.value === 'type') : undefined;
      const value = type?.value;
      if (!node.selectionSet || (value?.kind !== Kind.ENUM && value?.kind !== Kind.STRING)) return undefined;
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: value.value } } as const;
      const fragment = { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: node.selectionSet } as const;
      return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [fragment] } };
    },
  });
}

type Size = { readonly depth: number; readonly fields: number };

/** Fragments that hold fragments can make a short query a large one: it is measured with all of them taken in. */
function refuseSize(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const known = new Map<string, Size>();
  const sizeOf = ({ selections }: SelectionSetNode, open: ReadonlySet<string>): Size => {
    let depth = 0;
    let fields = 0;
    for (const node of selections) {
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD
          ? sizeOfFragment(node.name.value, open)
          : sizeWithin(node.selectionSet, open);
      depth = Math.max(depth, inner.depth + (node.kind === Kind.FIELD ? 1 : 0));
      fields += inner.fields + (node.kind === Kind.FIELD ? 1 : 0);
    }
    return { depth, fields };
  };
  const sizeWithin = (within: SelectionSetNode | undefined, open: ReadonlySet<string>): Size =>
    within ? sizeOf(within, open) : { depth: 0, fields: 0 };
  const sizeOfFragment = (name: string, open: ReadonlySet<string>): Size => {
    const found = known.get(name);
    const fragment = fragments.get(name);
    if (found || !fragment || open.has(name)) return found ?? { depth: 0, fields: 0 }; // a circle is refused later
    const size = sizeOf(fragment.selectionSet, new Set([...open, name]));
    known.set(name, size);
    return size;
  };
  for (const each of document.definitions) {
    if (each.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, fields } = sizeOf(each.selectionSet, new Set());
    if (depth > limits.depth) throw tooCostly(`A query has ${limits.depth} levels of fields at most.`);
    if (fields > limits.fields)
      throw tooCostly(`A query has ${limits.fields} fields at most, those of fragments included.`);
  }
}

function isConstant({ definitions }: DocumentNode): boolean {
  const [operation, ...others] = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return (
    others.length === 0 &&
    operation !== undefined &&
    (operation.variableDefinitions ?? []).length === 0 &&
    operation.selectionSet.selections.every((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__'))
  );
}
