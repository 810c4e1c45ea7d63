import {
  hash64,
  indexedParameters,
  invalid,
  normalizeReference,
  pairedStringEntry,
  pairForm,
  readNumberValue,
  readTokenForm,
  type SearchParameter,
  splitUnescaped,
  stringForms,
  unescape,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { compareNumber } from './compare-spans.ts';
import { beginsWith, hasAnyKey, valueKeys } from './compile-keys.ts';
import { compareEntry, hasEntry, numericLiteral } from './compile-range.ts';
import { hasNoSystem } from './compile-token.ts';
import { type Scope, typeOf } from './scope.ts';
import { soughtText } from './sought-text.ts';

/** `first$second`, where all hold within one element. The first component of every R4 composite is a token. */
export function compileComposite(
  scope: Scope,
  parameter: SearchParameter,
  value: string,
  units: readonly string[],
): Clause {
  const { code } = parameter;
  const [first, second, third] = parameter.components ?? [];
  const [token, other, last, ...rest] = splitUnescaped(value, '$');
  if (!first || !second || token === undefined || other === undefined || rest.length > 0) {
    throw invalid(code, third ? 'the form is first$second$third' : 'the form is first$second');
  }
  if ((third === undefined) !== (last === undefined)) {
    throw invalid(code, third ? 'the form is first$second$third' : 'the form is first$second');
  }
  const form = readTokenForm(code, token, hasNoSystem(first));
  const withToken = (compared: Clause): Clause =>
    hasEntry(scope, code, clause`${String(hash64(form))}::bigint = any(entry.tokens) and ${compared}`);
  if (last !== undefined) {
    return withToken(comparePair(code, other, last));
  }
  if (second.type === 'quantity' || second.type === 'number' || second.type === 'date') {
    return withToken(compareEntry(code, { kind: second.type, text: other, units }));
  }
  if (second.type === 'string') {
    const texts = stringForms(soughtText(code, unescape(other)), 'string', false);
    const codes = indexedParameters(typeOf(scope), code);
    return beginsWith(
      scope,
      codes.flatMap((each) => texts.map((text) => [pairedStringEntry(each, form, text)])),
    );
  }
  const pair =
    second.type === 'reference'
      ? normalizeReference(unescape(other), scope.baseUrl)
      : readTokenForm(code, other, hasNoSystem(second));
  return hasAnyKey(scope, valueKeys(scope, code, [pairForm(form, pair)]));
}

/** Two numbers of one element share an entry: its lower end is the first, its upper end the second. */
function comparePair(code: string, first: string, second: string): Clause {
  const lo = clause`entry.lo`;
  const hi = clause`entry.hi`;
  const literal = numericLiteral;
  const begin = compareNumber(readNumberValue(code, first), { lo, hi: lo, literal });
  const end = compareNumber(readNumberValue(code, second), { lo: hi, hi, literal });
  return clause`(${begin} and ${end})`;
}
