import {
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Resource } from '#platform/fhir';
import { type ParameterTable, type SearchParameter, storedTypes } from '#platform/search';
import { type Cursor, readCursor, writeCursor } from './cursors.ts';
import type { Field, Fields } from './element-fields.ts';
import { invalidQuery } from './limits.ts';
import { asResource, everything, type Parameters, whole } from './loader.ts';
import { type Args, countValues, type RunContext, resolver } from './run-context.ts';
import { scalar } from './scalars.ts';

/** What fields of searches are made with. */
export type SearchSource = {
  readonly isWanted: (name: string) => boolean;
  /** The search parameters there are. */
  readonly table: ParameterTable;
  readonly resourceType: (type: string) => GraphQLOutputType;
};

/** `PatientList` and `PatientConnection` at the root of a query. FHIR R4, graphql.html#searching. */
export function searchFields(type: string, source: SearchSource): Fields {
  const fields: Fields = {};
  if (source.isWanted(`${type}List`)) {
    fields[`${type}List`] = {
      type: new GraphQLList(source.resourceType(type)),
      args: searchArguments(type, source),
      resolve: resolver(
        (_object, args, context) => findList(type, toParameters(type, args, context), args, context),
        type,
      ),
    };
  }
  if (source.isWanted(`${type}Connection`)) {
    fields[`${type}Connection`] = {
      type: connectionType(type, source),
      args: { ...searchArguments(type, source), _cursor: { type: scalar('cursor') } },
      resolve: resolver((_object, args, context) => findPage(type, cursorOf(type, args, context), args, context)),
    };
  }
  return fields;
}

/**
 * The same below a resource: what refers to it by the parameter `_reference` (FHIR R4, graphql.html#reverse). `isBrief`
 * leaves out the search parameters, which are those of the same field of the whole record: there are 5,688 pairs of types.
 */
export function reverseFields(target: string, source: SearchSource, isBrief: boolean): Fields {
  const fields: Fields = {};
  for (const type of referringTypes(target, source.table)) {
    const args = (): GraphQLFieldConfigArgumentMap => ({
      ...searchArguments(type, isBrief ? { ...source, isWanted: () => false } : source),
      _reference: { type: scalar('code') },
    });
    if (source.isWanted(`${type}List`)) {
      fields[`${type}List`] = {
        type: new GraphQLList(source.resourceType(type)),
        args: args(),
        resolve: resolver((object, given, context) => findReferringList(object, type, given, context), type),
      };
    }
    if (source.isWanted(`${type}Connection`)) {
      fields[`${type}Connection`] = {
        type: connectionType(type, source),
        args: args(),
        resolve: resolver((object, { _reference: code, ...given }, context) => {
          const to = addressOf(object, context);
          const { code: name } = referenceParameter(context.loader.table, type, { code, target: to.type });
          const parameters = [[name, `${to.type}/${to.id}`] as const, ...toParameters(type, given, context)];
          return findPage(type, { parameters, at: undefined, offset: 0 }, given, context);
        }),
      };
    }
  }
  return fields;
}

function searchArguments(type: string, source: SearchSource): GraphQLFieldConfigArgumentMap {
  const args: GraphQLFieldConfigArgumentMap = {
    _count: { type: GraphQLInt },
    _sort: { type: scalar('sort') },
    fhirpath: { type: scalar('fhirpath') },
  };
  for (const parameter of source.table.of(type)) {
    const name = nameOf(parameter.code);
    if (source.isWanted(name)) args[name] = { type: new GraphQLList(scalar(parameter.type)) };
  }
  return args;
}

/** GraphQL has no hyphens in names. */
function nameOf(code: string): string {
  return code.replaceAll('-', '_');
}

const own = new Set(['_count', '_sort', '_cursor', 'fhirpath', '_reference']);

/** Arguments as parameters of a search: values of one are alternatives, so a comma within a value is no separator. */
function toParameters(type: string, args: Args, { loader }: RunContext): Parameters {
  const parameters: [string, string][] = [];
  for (const { code } of loader.table.of(type)) {
    const given = own.has(nameOf(code)) ? undefined : args[nameOf(code)];
    const values = (Array.isArray(given) ? given : [given]).filter((each) => each !== undefined && each !== null);
    if (values.length > 0) parameters.push([code, values.map((each) => escapeCommas(String(each))).join(',')]);
  }
  if (typeof args['_sort'] === 'string') parameters.push(['_sort', args['_sort']]);
  if (typeof args['_count'] === 'number') parameters.push(['_count', String(args['_count'])]);
  return parameters;
}

function escapeCommas(value: string): string {
  return value.replaceAll(/(?<!\\),/g, '\\,');
}

/** All matches, or the first of them where the query says how many. */
async function findList(type: string, parameters: Parameters, args: Args, context: RunContext): Promise<Resource[]> {
  const { loader } = context;
  const isLimited = typeof args['_count'] === 'number';
  const page = await loader.search(
    type,
    isLimited ? [...parameters, ['_total', 'none']] : [...parameters, ...everything],
  );
  const { matches } = isLimited ? page : whole(page);
  return narrowed(matches.map(loader.toResource), type, args, context);
}

async function findReferringList(object: object, type: string, args: Args, context: RunContext): Promise<Resource[]> {
  const { _reference: code, _count: count, ...given } = args;
  const to = addressOf(object, context);
  const parameter = referenceParameter(context.loader.table, type, { code, target: to.type }).code;
  const found = await context.loader.referring(to, { type, parameter, parameters: toParameters(type, given, context) });
  const narrow = narrowed(found, type, args, context);
  return typeof count === 'number' ? narrow.slice(0, Math.max(count, 0)) : narrow;
}

function narrowed(found: Resource[], type: string, { fhirpath }: Args, context: RunContext): Resource[] {
  countValues(context, found.length);
  if (typeof fhirpath !== 'string') return found;
  return found.filter((each, at) => {
    const result = context.evaluate(fhirpath, type, each, at);
    return result.length > 0 && result.every((value) => value !== false);
  });
}

type Page = { readonly type: string; readonly parameters: Parameters; readonly offset: number };

async function findPage(type: string, cursor: Cursor, args: Args, context: RunContext) {
  const { parameters, at, offset } = cursor;
  const asked = [...parameters, ['_total', 'none'] as const];
  const page = await context.loader.search(type, at === undefined ? asked : [...asked, ['_cursor', at]]);
  const found = narrowed(page.matches.map(context.loader.toResource), type, args, context);
  const next = page.next === undefined ? null : { parameters, at: page.next, offset: offset + page.matches.length };
  const own: Page = { type, parameters, offset };
  return {
    ...own,
    pagesize: page.query.count,
    first: writeCursor({ parameters, at: undefined, offset: 0 }),
    next: next && writeCursor(next),
    edges: found.map((resource) => ({ mode: 'match', resource })),
  };
}

/** Where a page begins. A cursor carries its search, which a query must not change. FHIR R4, graphql.html#searching. */
function cursorOf(type: string, args: Args, context: RunContext): Cursor {
  const { _cursor: cursor, fhirpath: _fhirpath, ...others } = args;
  if (typeof cursor !== 'string') return { parameters: toParameters(type, others, context), at: undefined, offset: 0 };
  if (Object.keys(others).length > 0) throw invalidQuery('_cursor: it carries its search; no other argument is taken.');
  return readCursor(cursor);
}

const connections = new WeakMap<SearchSource, Map<string, GraphQLObjectType>>();

function connectionType(type: string, source: SearchSource): GraphQLObjectType {
  const known = connections.get(source) ?? new Map<string, GraphQLObjectType>();
  connections.set(source, known);
  const found = known.get(type) ?? createConnection(type, source);
  known.set(type, found);
  return found;
}

function createConnection(type: string, source: SearchSource): GraphQLObjectType {
  const plain = (kind: GraphQLOutputType, key: string): Field => ({
    type: kind,
    resolve: resolver((page) => (page as Record<string, unknown>)[key]), // as: made by findPage
  });
  const edge = new GraphQLObjectType<object, RunContext>({
    name: `${type}Edge`,
    fields: () => ({
      mode: plain(scalar('code'), 'mode'),
      score: plain(scalar('decimal'), 'score'),
      resource: plain(source.resourceType(type), 'resource'),
    }),
  });
  return new GraphQLObjectType<object, RunContext>({
    name: `${type}Connection`,
    fields: () => ({
      count: { type: GraphQLInt, resolve: resolver((page, _args, context) => countMatches(page as Page, context)) }, // as: see above
      offset: plain(GraphQLInt, 'offset'),
      pagesize: plain(GraphQLInt, 'pagesize'),
      edges: plain(new GraphQLList(edge), 'edges'),
      first: plain(GraphQLString, 'first'),
      previous: plain(GraphQLString, 'previous'),
      next: plain(GraphQLString, 'next'),
      last: plain(GraphQLString, 'last'),
    }),
  });
}

/** Counted only where the query asks for it. */
async function countMatches({ type, parameters }: Page, { loader }: RunContext): Promise<number | undefined> {
  const counted = parameters.filter(([name]) => name !== '_count' && name !== '_sort');
  const { total } = await loader.search(type, [...counted, ['_summary', 'count']]);
  return total;
}

function addressOf(object: object, { homes }: RunContext): { type: string; id: string } {
  const { resourceType: type, id } = asResource(object) ?? { resourceType: '' };
  if (id === undefined || homes.has(object))
    throw invalidQuery('What refers to a resource within another cannot be searched for.');
  return { type, id };
}

function referenceParameter(
  table: ParameterTable,
  type: string,
  { code, target }: { readonly code: unknown; readonly target: string },
): SearchParameter {
  const wanted = table.of(type).find((each) => nameOf(each.code) === nameOf(String(code)));
  if (!wanted || !refersTo(wanted, target)) {
    const known = table.of(type).filter((each) => refersTo(each, target));
    throw invalidQuery(`_reference: one of ${known.map((each) => nameOf(each.code)).join(', ')} is wanted.`);
  }
  return wanted;
}

/** What is found by the engine of FHIRPath alone has no paths, by which a List below many resources is told apart. */
function refersTo({ type, target, paths }: SearchParameter, wanted: string): boolean {
  return type === 'reference' && paths.length > 0 && (target === undefined || target.includes(wanted));
}

const referring = new WeakMap<ParameterTable, Map<string, readonly string[]>>();

function referringTypes(target: string, table: ParameterTable): readonly string[] {
  const all = referring.get(table) ?? new Map<string, readonly string[]>();
  referring.set(table, all);
  const known = all.get(target) ?? storedTypes.filter((type) => table.of(type).some((each) => refersTo(each, target)));
  all.set(target, known);
  return known;
}
