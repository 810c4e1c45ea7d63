import {
  beginningOf,
  exactForm,
  isWordwise,
  type SearchParameter,
  stringEntry,
  stringForms,
  tokenForm,
  unescape,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { asPattern, beginsWith, hasAnyKey, hasText, valueKeys } from './compile-keys.ts';
import { allOf, anyOf, type Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

export function compileString(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  const { code } = parameter;
  if (modifier === 'exact') {
    const forms = values.map((value) => exactForm(unescape(value)));
    return hasAnyKey(scope, valueKeys(scope, code, forms));
  }
  const alternatives = values.map((value) => formsOf(parameter, unescape(value)));
  return modifier === 'contains'
    ? containing(scope, code, alternatives)
    : beginsWith(
        scope,
        alternatives.map((forms) => forms.map((form) => stringEntry(code, form))),
      );
}

/** What a value of a text parameter is sought by: its words, their sounds, or the whole. */
export function formsOf({ code, paths }: SearchParameter, text: string): readonly string[] {
  const type = paths.some((path) => path.types.some(isWordwise)) ? 'HumanName' : 'string';
  return stringForms(soughtText(code, text), type, code === 'phonetic');
}

function containing(scope: Scope, code: string, alternatives: readonly (readonly string[])[]): Clause {
  const one = (form: string): Clause => {
    const pattern = `${asPattern(code)}=%${asPattern(beginningOf(form))}%`;
    return hasText(scope, code, clause`entry like ${pattern}`);
  };
  return anyOf(alternatives.map((forms) => allOf(forms.map(one))));
}

export function compileUri(
  scope: Scope,
  { code }: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  const uris = values.map(unescape);
  if (modifier === 'below') {
    return beginsWith(
      scope,
      uris.map((uri) => [stringEntry(code, uri)]),
    );
  }
  const wanted = modifier === 'above' ? uris.flatMap(uriAndParents) : uris;
  const forms = wanted.map((uri) => tokenForm(undefined, uri));
  return hasAnyKey(scope, valueKeys(scope, code, forms));
}

const parentsAtMost = 100;

/** `http://a/b/c` and what lies above it: `http://a/b`, `http://a`. */
function uriAndParents(uri: string): string[] {
  const parents = [uri];
  let at = uri.lastIndexOf('/');
  while (at > uri.indexOf('//') + 1 && parents.length < parentsAtMost) {
    parents.push(uri.slice(0, at), uri.slice(0, at + 1));
    at = uri.lastIndexOf('/', at - 1);
  }
  return parents;
}
