import {
  hash64,
  indexedParameters,
  invalid,
  normalizeReference,
  pairedStringEntry,
  pairForm,
  readTokenForm,
  type SearchParameter,
  splitUnescaped,
  stringForms,
  unescape,
  valueKey,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { beginsWith, hasAnyKey } from './compile-keys.ts';
import { compareEntry, hasEntry } from './compile-range.ts';
import { hasNoSystem } from './compile-token.ts';
import type { Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

/** `first$second`, where both hold within one element. The first component of every supported composite is a token. */
export function compileComposite(scope: Scope, parameter: SearchParameter, value: string): Clause {
  const { code } = parameter;
  const [first, second] = parameter.components ?? [];
  const [token, other, ...rest] = splitUnescaped(value, '$');
  if (!first || !second || token === undefined || other === undefined || rest.length > 0) {
    throw invalid(code, 'the form is first$second');
  }
  const form = readTokenForm(code, token, hasNoSystem(first));
  const codes = indexedParameters(scope.type, code);
  if (second.type === 'quantity' || second.type === 'number' || second.type === 'date') {
    const compared = compareEntry(scope, code, second.type, other);
    return hasEntry(scope, code, clause`${String(hash64(form))}::bigint = any(entry.tokens) and ${compared}`);
  }
  if (second.type === 'string') {
    const texts = stringForms(soughtText(code, unescape(other)), 'string', false);
    return beginsWith(
      scope,
      codes.flatMap((each) => texts.map((text) => [pairedStringEntry(each, form, text)])),
    );
  }
  const pair =
    second.type === 'reference'
      ? normalizeReference(unescape(other), scope.baseUrl)
      : readTokenForm(code, other, hasNoSystem(second));
  return hasAnyKey(
    scope,
    codes.map((each) => valueKey(scope.type, each, pairForm(form, pair))),
  );
}
