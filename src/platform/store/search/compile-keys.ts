import { arrayLiteral } from '../array-literal.ts';
import { type Clause, clause } from './clause.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Rows that have one of the keys. */
export function hasAnyKey(scope: Scope, keys: readonly bigint[]): Clause {
  return clause`${column(scope, 'keys')} && ${arrayLiteral(keys)}::text::bigint[]`;
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
  const query = alternatives
    .map((all) => `(${all.map((each) => `'${each.replace(/['\\]/g, '$&$&')}':*`).join(' & ')})`)
    .join(' | ');
  return clause`${column(scope, 'strings')} @@ ${query}::text::tsquery`;
}
