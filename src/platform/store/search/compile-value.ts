import { invalid, type SearchParameter, unescape } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { bucketOfId } from '../bucket.ts';
import { type Clause, clause } from './clause.ts';
import { compileComposite } from './compile-composite.ts';
import { compileRange } from './compile-range.ts';
import { compileReference } from './compile-reference.ts';
import { compileString, compileUri } from './compile-string.ts';
import { compileToken } from './compile-token.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Compiles `parameter:modifier=value,value` on the row of the scope. */
export function compileValue(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  if (parameter.code === '_id') {
    return compileIds(scope, values.map(unescape), modifier === 'not');
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
      return compileRange(scope, parameter, values);
    case 'composite':
      return anyOf(values.map((value) => compileComposite(scope, parameter, value)));
    case 'special':
      throw invalid(parameter.code, 'this parameter is not supported');
  }
}

function compileIds(scope: Scope, ids: readonly string[], negated: boolean): Clause {
  if (negated) {
    return clause`${column(scope, 'id')} <> all(${arrayLiteral(ids)}::text::text[])`;
  }
  return clause`(${column(scope, 'bucket')}, ${column(scope, 'id')}) in (
    select coalesce((select l.bucket from record.locator l
      where l.home = given.bucket and l.type = ${scope.type} and l.id = given.id), given.bucket),
      given.id
    from unnest(${arrayLiteral(ids.map(bucketOfId))}::text::smallint[], ${arrayLiteral(ids)}::text::text[])
        as given(bucket, id))`;
}
