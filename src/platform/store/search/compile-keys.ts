import { arrayLiteral } from '../array-literal.ts';
import { type Clause, clause } from './clause.ts';
import { column, type Scope } from './scope.ts';

/** Rows that have one of the keys. */
export function hasAnyKey(scope: Scope, keys: readonly bigint[]): Clause {
  return clause`${column(scope, 'keys')} && ${arrayLiteral(keys)}::text::bigint[]`;
}

/** Rows that have one of the identifying tokens. */
export function hasAnyIdentifier(scope: Scope, keys: readonly bigint[]): Clause {
  const [only, ...others] = keys;
  const sought =
    only !== undefined && others.length === 0
      ? clause`= ${String(only)}::bigint`
      : clause`= any(${arrayLiteral(keys)}::text::bigint[])`;
  return clause`(${column(scope, 'bucket')}, ${column(scope, 'rid')}) in (
    select i.bucket, i.rid from record.identifier_entry i where i.key ${sought})`;
}

/** Rows with an indexed text that begins with one of the entries; each alternative names entries that must all be there. */
export function beginsWith(scope: Scope, alternatives: readonly (readonly string[])[]): Clause {
  const query = alternatives
    .map((all) => `(${all.map((each) => `'${each.replace(/['\\]/g, '$&$&')}':*`).join(' & ')})`)
    .join(' | ');
  return clause`${column(scope, 'strings')} @@ ${query}::text::tsquery`;
}
