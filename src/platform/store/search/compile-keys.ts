import { arrayLiteral } from '../array-literal.ts';
import type { SqlFragment } from '../sql.ts';
import { column, type Scope } from './scope.ts';

/** Rows that have one of the keys. */
export function hasAnyKey(scope: Scope, keys: readonly bigint[]): SqlFragment {
  return scope.sql`${column(scope, 'keys')} && ${arrayLiteral(keys)}::text::bigint[]`;
}

/** Rows with an indexed text that begins with one of the entries; each alternative names entries that must all be there. */
export function beginsWith(scope: Scope, alternatives: readonly (readonly string[])[]): SqlFragment {
  const query = alternatives
    .map((all) => `(${all.map((each) => `'${each.replace(/['\\]/g, '$&$&')}':*`).join(' & ')})`)
    .join(' | ');
  return scope.sql`${column(scope, 'strings')} @@ ${query}::text::tsquery`;
}
