import { execute, GraphQLError } from 'graphql';
import { coreParameters } from '#platform/search';
import { notFound, type Store } from '#platform/store';
import { createPathEvaluator } from './filter-list.ts';
import { createLoader, type Shown } from './loader.ts';
import { addedTo, prepareQuery } from './prepare-query.ts';
import type { RunContext } from './run-context.ts';
import { createShapes } from './shapes.ts';

export type GraphqlQuery = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  /** The resource the query starts from; the whole record where absent. */
  readonly at?: { readonly type: string; readonly id: string } | undefined;
};

export type GraphqlError = {
  readonly message: string;
  readonly locations: GraphQLError['locations'];
  readonly path: GraphQLError['path'];
  /** What was thrown, where it was no mistake in the query. */
  readonly cause: unknown;
};

/** Either the data as JSON text, or errors: an answer that is not whole is none. */
export type GraphqlAnswer =
  | { readonly data: string; readonly shown: readonly Shown[] }
  | { readonly errors: readonly GraphqlError[]; readonly shown: readonly Shown[] };

/**
 * Answers a query by GraphQL (FHIR R4, graphql.html) from what is stored now. `shown` is what the audit trail must hold
 * before the answer leaves.
 */
export async function runQuery(
  { sql, baseUrl, parameters }: Pick<Store, 'sql' | 'baseUrl' | 'parameters'>,
  asked: GraphqlQuery,
): Promise<GraphqlAnswer> {
  const loader = createLoader(sql, parameters?.table() ?? coreParameters, baseUrl);
  try {
    return await answer(asked, loader, baseUrl);
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: '' };
    return { errors: [{ message, locations: undefined, path: undefined, cause: error }], shown: loader.shown() };
  }
}

async function answer(
  { query, variables, operationName, at }: GraphqlQuery,
  loader: ReturnType<typeof createLoader>,
  baseUrl: string | undefined,
): Promise<GraphqlAnswer> {
  const prepared = prepareQuery(at?.type, query, loader.table);
  if ('errors' in prepared) return { errors: prepared.errors.map(toError), shown: [] };
  const key = `${at?.type ?? ''} ${addedTo(loader.table)} ${query}`;
  if (prepared.isConstant && lastConstant?.key === key) return { data: lastConstant.data, shown: [] };
  const rootValue = at ? await loader.read(at) : {};
  if (at && !rootValue) throw notFound(at);
  const shapes = prepared.isShaped ? createShapes() : undefined;
  const contextValue: RunContext = {
    loader,
    baseUrl,
    evaluate: createPathEvaluator(),
    shapes,
    homes: new WeakMap(),
    values: 0,
  };
  const { schema, document } = prepared;
  const { data, errors = [] } = await execute({
    schema,
    document,
    rootValue,
    contextValue,
    variableValues: variables,
    operationName,
    hideSuggestions: true,
  });
  if (errors.length > 0 || !data) return { errors: errors.map(toError), shown: loader.shown() };
  const text = JSON.stringify(shapes ? shapes.apply(data) : data);
  if (prepared.isConstant) lastConstant = { key, data: text };
  return { data: text, shown: loader.shown() };
}

/** What describes the whole schema has some megabytes and takes a second to write: tools ask for it again and again. */
let lastConstant: { readonly key: string; readonly data: string } | undefined;

/** Errors of the engine itself speak of the query; only what is behind them can be anything else. */
function toError({ message, locations, path, originalError }: GraphQLError): GraphqlError {
  const cause = originalError instanceof GraphQLError ? originalError.originalError : originalError;
  return { message, locations, path, cause };
}
