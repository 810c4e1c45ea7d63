import {
  type ComparedValue,
  hash64,
  indexedParameters,
  invalid,
  isStoredType,
  isSystemless,
  isWordwise,
  leadingDateOf,
  normalizeReference,
  parameterNumber,
  parseLocalReference,
  readDateValue,
  readNumberValue,
  readQuantityValue,
  readTokenForm,
  referenceKey,
  type SearchParameter,
  splitUnescaped,
  stringForms,
  unescape,
  valueKey,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { bucketOfId } from '../bucket.ts';
import type { SqlFragment } from '../sql.ts';
import { compareDate, compareNumber, type SpanColumns } from './compare-spans.ts';
import { isPatientLink, ofPatient } from './compile-condition.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Compiles `parameter:modifier=value,value` on the row of the scope. */
export function compileValue(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): SqlFragment {
  if (parameter.code === '_id') {
    return compileIds(scope, values.map(unescape), modifier === 'not');
  }
  if (parameter.code === '_lastUpdated') {
    const updated = column(scope, 'updated');
    return dateAlternatives(scope, '_lastUpdated', values, { lo: updated, hi: updated });
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
      return compileDate(scope, parameter, values);
    case 'number':
    case 'quantity':
      return compileNumber(scope, parameter, values);
    case 'composite':
      return anyOf(scope.sql, values.map((value) => compileComposite(scope, parameter, value)));
    case 'special':
      throw invalid(parameter.code, 'this parameter is not supported');
  }
}

/** The codes whose entries answer for the parameter. */
function codesOf(scope: Scope, parameter: SearchParameter): readonly string[] {
  return indexedParameters(scope.type, parameter.code);
}

function hasAnyKey(scope: Scope, keys: readonly bigint[]): SqlFragment {
  return scope.sql`${column(scope, 'keys')} && ${arrayLiteral(keys)}::text::bigint[]`;
}

function compileIds(scope: Scope, ids: readonly string[], negated: boolean): SqlFragment {
  const { sql } = scope;
  if (negated) {
    return sql`${column(scope, 'id')} <> all(${arrayLiteral(ids)}::text::text[])`;
  }
  return sql`(${column(scope, 'bucket')}, ${column(scope, 'id')}) in (
    select coalesce(l.bucket, given.bucket), given.id
    from unnest(${arrayLiteral(ids.map(bucketOfId))}::text::smallint[], ${arrayLiteral(ids)}::text::text[])
        as given(bucket, id)
      left join record.locator l on l.type = ${scope.type} and l.id = given.id)`;
}

function compileToken(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): SqlFragment {
  const codes = codesOf(scope, parameter);
  if (modifier === 'text') {
    const forms = values.flatMap((value) => stringForms(unescape(value), 'string', false));
    return beginsWith(scope, codes.flatMap((code) => forms.map((form) => [`${code}:text=${form}`])));
  }
  const forms = values.map((value) =>
    modifier === 'of-type' ? ofTypeForm(parameter, value) : readTokenForm(parameter.code, value, isPlain(parameter)),
  );
  const found = hasAnyKey(scope, codes.flatMap((code) => forms.map((form) => valueKey(scope.type, code, form))));
  return modifier === 'not' ? scope.sql`not ${found}` : found;
}

/** No path of the parameter ends in a type that has a system: then a system in the query is left out of account. */
function isPlain(parameter: { readonly paths: SearchParameter['paths'] }): boolean {
  return parameter.paths.every((path) => path.types.every(isSystemless));
}

function ofTypeForm(parameter: SearchParameter, value: string): string {
  const parts = splitUnescaped(value, '|').map(unescape);
  if (parts.length !== 3 || parts.some((each, at) => at > 0 && each === '')) {
    throw invalid(`${parameter.code}:of-type`, 'the form is system|code|value');
  }
  return `T${parts.join('|')}`;
}

function compileString(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): SqlFragment {
  const { code } = parameter;
  if (modifier === 'exact') {
    return hasAnyKey(scope, values.map((value) => valueKey(scope.type, code, `=${unescape(value)}`)));
  }
  const type = parameter.paths.some((path) => path.types.some(isWordwise)) ? 'HumanName' : 'string';
  const alternatives = values.map((value) => {
    const forms = stringForms(unescape(value), type, code === 'phonetic').filter((each) => each !== '');
    if (forms.length === 0) {
      throw invalid(code, 'there is no letter or digit to look for');
    }
    return forms.map((form) => `${code}=${form}`);
  });
  return modifier === 'contains' ? containing(scope, code, alternatives) : beginsWith(scope, alternatives);
}

/** Some alternative of which every text begins an indexed text. */
function beginsWith(scope: Scope, alternatives: readonly (readonly string[])[]): SqlFragment {
  const query = alternatives
    .map((all) => `(${all.map((each) => `'${each.replace(/['\\]/g, '$&$&')}':*`).join(' & ')})`)
    .join(' | ');
  return scope.sql`${column(scope, 'strings')} @@ ${query}::text::tsquery`;
}

function containing(scope: Scope, code: string, alternatives: readonly (readonly string[])[]): SqlFragment {
  const { sql } = scope;
  const one = (text: string): SqlFragment => {
    const sought = text.slice(code.length + 1).replace(/[\\%_]/g, '\\$&');
    return sql`exists (
      select from unnest(tsvector_to_array(${column(scope, 'strings')})) as entry
      where entry like ${`${code.replace(/_/g, '\\_')}=%${sought}%`})`;
  };
  return anyOf(
    sql,
    alternatives.map((all) => sql`(${all.map(one).reduce((left, right) => sql`${left} and ${right}`)})`),
  );
}

function compileUri(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): SqlFragment {
  const uris = values.map(unescape);
  const { code } = parameter;
  if (modifier === 'below') {
    return beginsWith(scope, uris.map((uri) => [`${code}=${uri}`]));
  }
  const wanted = modifier === 'above' ? uris.flatMap(uriAndParents) : uris;
  return hasAnyKey(scope, wanted.map((uri) => valueKey(scope.type, code, uri)));
}

/** `http://a/b/c` and what lies above it: `http://a/b`, `http://a`. */
function uriAndParents(uri: string): string[] {
  const parents = [uri];
  for (let at = uri.lastIndexOf('/'); at > uri.indexOf('//') + 1; at = uri.lastIndexOf('/', at - 1)) {
    parents.push(uri.slice(0, at));
  }
  return parents;
}

function compileReference(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): SqlFragment {
  const { sql, type } = scope;
  if (modifier === 'identifier') {
    const forms = values.map((value) => readTokenForm(`${parameter.code}:identifier`, value, false));
    return hasAnyKey(scope, forms.map((form) => valueKey(type, parameter.code, `I${form}`)));
  }
  const targets = values.flatMap((value) => targetsOf(parameter, modifier, unescape(value)));
  const found = hasAnyKey(scope, targets.map((target) => referenceKey(type, parameter.code, target)));
  const patients = targets.map(parseLocalReference).filter((each) => each?.type === 'Patient');
  if (!isPatientLink(type, parameter.code) || patients.length === 0 || patients.length < values.length) {
    return found;
  }
  return sql`(${found} and ${anyOf(sql, patients.map((each) => ofPatient(sql, scope, each?.id ?? '')))})`;
}

/** What a reference value can mean: an address as it is, or an id under every type the parameter may point at. */
function targetsOf(parameter: SearchParameter, modifier: string | undefined, value: string): string[] {
  const address = normalizeReference(value);
  const types = modifier !== undefined && isStoredType(modifier) ? [modifier] : (parameter.target ?? []);
  return /^[A-Za-z0-9\-.]{1,64}$/.test(address) ? types.map((type) => `${type}/${address}`) : [address];
}

function compileDate(scope: Scope, parameter: SearchParameter, values: readonly string[]): SqlFragment {
  if (parameter.code === leadingDateOf(scope.type)) {
    const columns = { lo: column(scope, 'date_lo'), hi: column(scope, 'date_hi') };
    return dateAlternatives(scope, parameter.code, values, columns);
  }
  const compared = values.map((value) => compareDate(scope.sql, readDateValue(parameter.code, value), entryColumns(scope)));
  return hasEntry(scope, codesOf(scope, parameter), anyOf(scope.sql, compared));
}

function dateAlternatives(
  scope: Scope,
  name: string,
  values: readonly string[],
  columns: Pick<SpanColumns, 'lo' | 'hi'>,
): SqlFragment {
  const { sql } = scope;
  const literal = (value: number): SqlFragment => sql`${new Date(value).toISOString()}::text::timestamptz`;
  return anyOf(sql, values.map((value) => compareDate(sql, readDateValue(name, value), { ...columns, literal })));
}

function compileNumber(scope: Scope, parameter: SearchParameter, values: readonly string[]): SqlFragment {
  const compared = values.map((value) =>
    parameter.type === 'number'
      ? compareNumber(scope.sql, readNumberValue(parameter.code, value), entryColumns(scope))
      : compareQuantity(scope, parameter.code, value),
  );
  return hasEntry(scope, codesOf(scope, parameter), anyOf(scope.sql, compared));
}

function compareQuantity(scope: Scope, name: string, text: string): SqlFragment {
  const { sql } = scope;
  const value = readQuantityValue(name, text);
  const amount = compareNumber(sql, value, entryColumns(scope));
  return value.unit === undefined
    ? amount
    : sql`(${amount} and ${String(hash64(value.unit))}::bigint = any(entry.units))`;
}

function entryColumns(scope: Scope): SpanColumns {
  const { sql } = scope;
  return { lo: sql`entry.lo`, hi: sql`entry.hi`, literal: (value) => sql`${String(value)}::text::numeric` };
}

function hasEntry(scope: Scope, codes: readonly string[], condition: SqlFragment): SqlFragment {
  const numbers = arrayLiteral(codes.map((code) => parameterNumber(scope.type, code)));
  return scope.sql`${column(scope, 'rid')} in (
    select entry.rid from record.range_entry entry where entry.parameter = any(${numbers}::text::int[]) and ${condition})`;
}

function compileComposite(scope: Scope, parameter: SearchParameter, value: string): SqlFragment {
  const [first, second] = parameter.components ?? [];
  const [token, other, ...rest] = splitUnescaped(value, '$');
  if (!first || !second || token === undefined || other === undefined || rest.length > 0) {
    throw invalid(parameter.code, 'the form is first$second');
  }
  const form = readTokenForm(parameter.code, token, isPlain(first));
  const codes = codesOf(scope, parameter);
  if (second.type === 'quantity' || second.type === 'number' || second.type === 'date') {
    const compared = compareComponent(scope, parameter.code, second.type, other);
    const tied = scope.sql`${String(hash64(form))}::bigint = any(entry.tokens) and ${compared}`;
    return hasEntry(scope, codes, tied);
  }
  if (second.type === 'string') {
    const texts = stringForms(unescape(other), 'string', false);
    return beginsWith(scope, codes.flatMap((code) => texts.map((text) => [`${code}=${form}$${text}`])));
  }
  const pair =
    second.type === 'reference' ? normalizeReference(unescape(other)) : readTokenForm(parameter.code, other, isPlain(second));
  return hasAnyKey(scope, codes.map((code) => valueKey(scope.type, code, `${form}$${pair}`)));
}

function compareComponent(scope: Scope, name: string, type: 'quantity' | 'number' | 'date', text: string): SqlFragment {
  if (type === 'quantity') {
    return compareQuantity(scope, name, text);
  }
  const compared: ComparedValue = type === 'date' ? readDateValue(name, text) : readNumberValue(name, text);
  const compare = type === 'date' ? compareDate : compareNumber;
  return compare(scope.sql, compared, entryColumns(scope));
}
