import { type Condition, unescape } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { bucketOfId } from '../bucket.ts';
import { type Clause, clause } from './clause.ts';
import { compileComposite } from './compile-composite.ts';
import { compileNear } from './compile-near.ts';
import { compileRange } from './compile-range.ts';
import { compileReference } from './compile-reference.ts';
import { compileString, compileUri } from './compile-string.ts';
import { compileText } from './compile-text.ts';
import { compileToken } from './compile-token.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Compiles `parameter:modifier=value,value` on the row of the scope. */
export function compileValue(
  scope: Scope,
  { parameter, modifier, values, units = [] }: Condition & { readonly kind: 'value' },
): Clause {
  if (parameter.code === '_id') {
    return compileIds(scope, values.map(unescape), modifier === 'not');
  }
  if (parameter.code === '_text' || parameter.code === '_content') {
    return compileText(scope, parameter.code, values);
  }
  switch (parameter.type) {
    case 'token':
      return compileToken(scope, parameter, modifier, values);
    case 'string':
      return compileString(scope, parameter, modifier, values);
    case 'uri':
      return compileUri(scope, parameter, modifier, values);
    case 'reference':
      return compileReference(scope, parameter, modifier, values);
    case 'date':
    case 'number':
    case 'quantity':
      return compileRange(scope, parameter, values, units);
    case 'composite':
      return anyOf(values.map((value) => compileComposite(scope, parameter, value, units)));
    case 'special':
      return compileNear(scope, parameter.code, values); // the one special parameter of R4 that is stored
  }
}

function compileIds(scope: Scope, ids: readonly string[], negated: boolean): Clause {
  if (negated) {
    return clause`${column(scope, 'id')} <> all(${arrayLiteral(ids)}::text::text[])`;
  }
  const types = arrayLiteral(scope.types);
  const homes = arrayLiteral(ids.map(bucketOfId));
  const idList = arrayLiteral(ids);
  return clause`(${column(scope, 'bucket')}, ${column(scope, 'type')}, ${column(scope, 'id')}) in (
    select given.bucket, t.type, given.id
    from (select unnest(${homes}::text::smallint[]) as bucket, unnest(${idList}::text::text[]) as id) as given,
      unnest(${types}::text::text[]) as t(type)
    union all
    select l.bucket, l.type, l.id
    from record.locator l
    where l.home = any(${homes}::text::smallint[]) and l.type = any(${types}::text::text[])
      and l.id = any(${idList}::text::text[]))`;
}
