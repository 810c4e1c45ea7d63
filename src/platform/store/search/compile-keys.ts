import { indexedParameters, valueKey } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { type Clause, clause } from './clause.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Rows that have one of the keys. */
export function hasAnyKey(scope: Scope, keys: readonly bigint[]): Clause {
  return asFilter(scope, clause`${column(scope, 'keys')} && ${arrayLiteral(keys)}::text::bigint[]`);
}

/** In this form a condition is the same and no index answers it. */
function asFilter({ filters }: Scope, condition: Clause): Clause {
  return filters ? clause`(${condition}) is true` : condition;
}

/** The keys under which values of a parameter, given as forms, stand in rows of the types. */
export function valueKeys({ types }: Scope, code: string, forms: readonly string[]): bigint[] {
  return types.flatMap((type) =>
    indexedParameters(type, code).flatMap((each) => forms.map((form) => valueKey(type, each, form))),
  );
}

/** An identifying token as it is asked for; without a system any will do. */
export type SoughtIdentifier = { readonly key: bigint; readonly system: bigint | undefined };

/** Rows that have one of the identifying tokens. */
export function hasAnyIdentifier(scope: Scope, sought: readonly SoughtIdentifier[]): Clause {
  const free = sought.filter(({ system }) => system === undefined).map(({ key }) => key);
  const bound = sought.flatMap(({ key, system }) =>
    system === undefined ? [] : [clause`(i.key = ${String(key)}::bigint and i.system = ${String(system)}::bigint)`],
  );
  const any = free.length === 0 ? [] : [clause`i.key = any(${arrayLiteral(free)}::text::bigint[])`];
  return clause`(${column(scope, 'bucket')}, ${column(scope, 'rid')}) in (
    select i.bucket, i.rid from record.identifier_entry i where ${anyOf([...any, ...bound])})`;
}

/** Rows with an indexed text that begins with one of the entries; each alternative names entries that must all be there. */
export function beginsWith(scope: Scope, alternatives: readonly (readonly string[])[]): Clause {
  return matchesText(scope, alternatives.map((all) => `(${all.map(beginning).join(' & ')})`).join(' | '));
}

/** Rows whose indexed texts meet a text query of PostgreSQL. */
export function matchesText(scope: Scope, query: string): Clause {
  return asFilter(scope, clause`${column(scope, 'strings')} @@ ${query}::text::tsquery`);
}

/** An entry's beginning as a part of a text query. */
export function beginning(entry: string): string {
  return `'${entry.replace(/['\\]/g, '$&$&')}':*`;
}

/** Rows with a text of the parameter that meets a condition on `entry`, which is `parameter=text`. All texts of a row are looked at. */
export function hasText(scope: Scope, code: string, condition: Clause): Clause {
  return clause`exists (
    select from unnest(tsvector_to_array(${column(scope, 'strings')})) as entry
    where entry like ${`${asPattern(code)}=%`} and ${condition})`;
}

/** The text as a pattern of `like` that stands for nothing but itself. */
export function asPattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
