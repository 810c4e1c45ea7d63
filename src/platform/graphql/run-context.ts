import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { Resource } from '#platform/fhir';
import type { PathEvaluator } from './filter-list.ts';
import { limits, tooCostly } from './limits.ts';
import type { Loader } from './loader.ts';
import type { Shapes } from './shapes.ts';

/** What the resolvers of one request share. */
export type RunContext = {
  readonly loader: Loader;
  readonly baseUrl: string | undefined;
  readonly evaluate: PathEvaluator;
  /** Absent where the query has none of the directives that reshape the answer. */
  readonly shapes: Shapes | undefined;
  /** The resource an object is part of: references to what it contains are found there. */
  readonly homes: WeakMap<object, Resource>;
  values: number;
};

export type Args = Readonly<Record<string, unknown>>;
export type Resolver = GraphQLFieldResolver<object, RunContext, Args>;

/** Counts each value that is shown, for the bound on them. */
export function countValues(context: RunContext, count: number): void {
  context.values += count;
  if (context.values > limits.values) {
    throw tooCostly(`An answer holds ${limits.values} values at most; ask for fewer fields or resources.`);
  }
}

/** A resolver that is counted and heeds the directives of FHIR on its field. */
export function resolver(
  resolve: (source: object, args: Args, context: RunContext, info: GraphQLResolveInfo) => unknown,
  base = 'Resource',
): Resolver {
  return (source, args, context, info) => {
    countValues(context, 1);
    const value = resolve(source, args, context, info);
    const { shapes } = context;
    if (!shapes) return value;
    return value instanceof Promise
      ? value.then((settled: unknown) => shapes.note(info, settled, base, context.evaluate))
      : shapes.note(info, value, base, context.evaluate);
  };
}
