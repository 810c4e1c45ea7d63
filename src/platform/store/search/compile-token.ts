import {
  codeTextEntry,
  identifierEntry,
  indexedParameters,
  invalid,
  isIdentifying,
  isSystemless,
  ofTypeForm,
  readToken,
  type SearchParameter,
  splitUnescaped,
  type TokenValue,
  tokenForm,
  unescape,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { beginsWith, hasAnyIdentifier, hasAnyKey, type SoughtIdentifier, valueKeys } from './compile-keys.ts';
import { anyOf, type Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

export function compileToken(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
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
      ? hasAnyIdentifier(
          scope,
          valueKeys(
            scope,
            parameter.code,
            values.map((value) => readOfTypeForm(parameter, value)),
          ).map((key) => ({ key, system: undefined })),
        )
      : hasAnyToken(
          scope,
          parameter,
          values.map((value) => readToken(parameter.code, value, hasNoSystem(parameter))),
        );
  return modifier === 'not' ? clause`not ${found}` : found;
}

/** Identifying tokens are looked for among themselves; a parameter may hold both kinds. */
function hasAnyToken(scope: Scope, parameter: SearchParameter, tokens: readonly TokenValue[]): Clause {
  const types = parameter.paths.flatMap((path) => path.types);
  const identifying = types.some(isIdentifying) ? tokens.filter(({ code }) => code !== '') : [];
  const others = types.every(isIdentifying) ? tokens.filter(({ code }) => code === '') : tokens;
  const forms = others.map(({ system, code }) => tokenForm(system, code));
  return anyOf([
    ...(identifying.length > 0 ? [hasAnyIdentifier(scope, identifiersOf(scope, parameter, identifying))] : []),
    ...(forms.length > 0 ? [hasAnyKey(scope, valueKeys(scope, parameter.code, forms))] : []),
  ]);
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
