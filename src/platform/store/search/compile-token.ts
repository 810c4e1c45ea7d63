import {
  codeTextEntry,
  indexedParameters,
  invalid,
  isIdentifying,
  isSystemless,
  isWholeSystem,
  ofTypeForm,
  readTokenForm,
  type SearchParameter,
  splitUnescaped,
  unescape,
  valueKey,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { beginsWith, hasAnyIdentifier, hasAnyKey } from './compile-keys.ts';
import { anyOf, type Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

export function compileToken(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  const codes = indexedParameters(scope.type, parameter.code);
  if (modifier === 'text') {
    const texts = values.map((value) => soughtText(`${parameter.code}:text`, unescape(value)));
    return beginsWith(
      scope,
      codes.flatMap((code) => texts.map((text) => [codeTextEntry(code, text)])),
    );
  }
  const forms = values.map((value) =>
    modifier === 'of-type'
      ? readOfTypeForm(parameter, value)
      : readTokenForm(parameter.code, value, hasNoSystem(parameter)),
  );
  const found = hasAnyForm(scope, parameter, forms);
  return modifier === 'not' ? clause`not ${found}` : found;
}

/** Identifying tokens are looked for among themselves; a parameter may hold both kinds. */
function hasAnyForm(scope: Scope, { code, paths }: SearchParameter, forms: readonly string[]): Clause {
  const types = paths.flatMap((path) => path.types);
  const identifying = types.some(isIdentifying) ? forms.filter((form) => !isWholeSystem(form)) : [];
  const others = types.every(isIdentifying) ? forms.filter(isWholeSystem) : forms;
  const keysOf = (some: readonly string[]): bigint[] =>
    indexedParameters(scope.type, code).flatMap((each) => some.map((form) => valueKey(scope.type, each, form)));
  return anyOf([
    ...(identifying.length > 0 ? [hasAnyIdentifier(scope, keysOf(identifying))] : []),
    ...(others.length > 0 ? [hasAnyKey(scope, keysOf(others))] : []),
  ]);
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
