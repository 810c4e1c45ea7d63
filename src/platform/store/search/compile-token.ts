import {
  type Condition,
  codeTextEntry,
  furtherForm,
  identifierEntry,
  indexedParameters,
  invalid,
  isIdentifying,
  isSystemless,
  leadingCodeOf,
  ofTypeForm,
  readToken,
  type SearchParameter,
  splitUnescaped,
  type TokenValue,
  tokenForm,
  unescape,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { type Clause, clause } from './clause.ts';
import { beginsWith, hasAnyIdentifier, hasAnyKey, type SoughtIdentifier, valueKeys } from './compile-keys.ts';
import { anyOf, column, type Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

/** Modifiers that `lookUp` has replaced by codes; a condition that is used without a search still has them. */
const lookedUp = new Set(['in', 'not-in', 'above', 'below']);

export function compileToken(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  if (modifier !== undefined && lookedUp.has(modifier)) {
    throw invalid(`${parameter.code}:${modifier}`, 'codes can be looked up in a search, not here');
  }
  if (modifier === 'text') {
    const texts = values.map((value) => soughtText(`${parameter.code}:text`, unescape(value)));
    const codes = new Set(scope.types.flatMap((type) => indexedParameters(type, parameter.code)));
    return beginsWith(
      scope,
      [...codes].flatMap((code) => texts.map((text) => [codeTextEntry(code, text)])),
    );
  }
  const found =
    modifier === 'of-type'
      ? hasTypedIdentifier(
          scope,
          parameter,
          values.map((value) => readOfTypeForm(parameter, value)),
        )
      : hasAnyToken(
          modifier === 'not' ? { ...scope, filters: true } : scope, // no index finds what a row has not
          parameter,
          values.map((value) => readToken(parameter.code, value, hasNoSystem(parameter))),
        );
  return modifier === 'not' ? clause`not ${found}` : found;
}

/** Until they are indexed again, records of index format 1 have these forms among the tokens that identify. */
function hasTypedIdentifier(scope: Scope, { code }: SearchParameter, forms: readonly string[]): Clause {
  const keys = valueKeys(scope, code, forms);
  const formerly = keys.map((key) => ({ key, system: undefined }));
  return anyOf([hasAnyKey(scope, keys), hasAnyIdentifier(scope, formerly)]);
}

/** Rows with a token among the codes, or `negated` those without. */
export function compileCodeSets(
  scope: Scope,
  { parameter, negated, tokens }: Condition & { readonly kind: 'tokens' },
): Clause {
  const withoutSystem = hasNoSystem(parameter);
  const sought = tokens.flatMap(({ system, codes }): TokenValue[] =>
    codes === 'all'
      ? [{ system, code: '' }]
      : codes.map((code) => (withoutSystem ? { system: undefined, code } : { system, code })),
  );
  const found = hasAnyCode(negated ? { ...scope, filters: true } : scope, parameter, sought);
  return negated ? clause`not ${found}` : found;
}

/** Identifying tokens are looked for among themselves; a parameter may hold both kinds. */
function hasAnyToken(scope: Scope, parameter: SearchParameter, tokens: readonly TokenValue[]): Clause {
  const types = parameter.paths.flatMap((path) => path.types);
  const identifying = types.some(isIdentifying) ? tokens.filter(({ code }) => code !== '') : [];
  const others = types.every(isIdentifying) ? tokens.filter(({ code }) => code === '') : tokens;
  return anyOf([
    ...(identifying.length > 0 ? [hasAnyIdentifier(scope, identifiersOf(scope, parameter, identifying))] : []),
    ...(others.length > 0 ? [hasAnyCode(scope, parameter, others)] : []),
  ]);
}

/** The leading code of a type is found by its column, and by the keys of codings that are not the first. */
function hasAnyCode(scope: Scope, { code }: SearchParameter, tokens: readonly TokenValue[]): Clause {
  const forms = tokens.map((token) => tokenForm(token.system, token.code));
  const isLeading = scope.types.every((type) => leadingCodeOf(type) === code);
  if (!isLeading || scope.filters || tokens.some(({ system, code: value }) => !system || value === '')) {
    return hasAnyKey(scope, valueKeys(scope, code, forms));
  }
  const keys = arrayLiteral(valueKeys(scope, code, forms));
  const further = hasAnyKey(scope, valueKeys(scope, code, forms.map(furtherForm)));
  return clause`(${column(scope, 'lead_key')} = any(${keys}::text::bigint[]) or ${further})`;
}

function identifiersOf(
  { types }: Scope,
  { code }: SearchParameter,
  tokens: readonly TokenValue[],
): readonly SoughtIdentifier[] {
  return types.flatMap((type) =>
    indexedParameters(type, code).flatMap((each) =>
      tokens.map((token) => {
        const { key, system } = identifierEntry(type, each, token);
        return { key, system: token.system === undefined ? undefined : system };
      }),
    ),
  );
}

/** No path of the parameter ends in a type that has a system: then a system in the query is left out of account. */
export function hasNoSystem({ paths }: { readonly paths: SearchParameter['paths'] }): boolean {
  return paths.every((path) => path.types.every(isSystemless));
}

function readOfTypeForm({ code: name, paths }: SearchParameter, value: string): string {
  const [system = '', code = '', identifier = '', ...rest] = splitUnescaped(value, '|').map(unescape);
  if (!paths.some((path) => path.types.includes('Identifier'))) {
    throw invalid(`${name}:of-type`, 'only identifiers have a type');
  }
  if (code === '' || identifier === '' || rest.length > 0) {
    throw invalid(`${name}:of-type`, 'the form is system|code|value');
  }
  return ofTypeForm(system, code, identifier);
}
