import {
  type Condition,
  invalid,
  isWordwise,
  readDateValue,
  readNumberValue,
  stringEntry,
  stringForms,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { asPattern, hasText } from './compile-keys.ts';
import { compareOrdered } from './compile-range.ts';
import type { Scope } from './scope.ts';
import { soughtText } from './sought-text.ts';

/** What only `_filter` asks: of texts equality and order, of dates and numbers what they include or overlap. */
export function compileComparison(scope: Scope, condition: Condition & { readonly kind: 'compare' }): Clause {
  return condition.parameter.type === 'string' ? compareTexts(scope, condition) : comparePeriods(scope, condition);
}

function compareTexts(
  scope: Scope,
  { parameter: { code, paths }, operator, value }: Condition & { readonly kind: 'compare' },
): Clause {
  const isOfWords = paths.some((path) => path.types.some(isWordwise));
  const [form = '', ...others] = stringForms(
    soughtText('_filter', value),
    isOfWords ? 'HumanName' : 'string',
    code === 'phonetic',
  );
  if (others.length > 0) {
    throw invalid('_filter', `${code} is compared word by word; ask for one word at a time`);
  }
  const entry = stringEntry(code, form);
  switch (operator) {
    case 'eq':
      return hasText(scope, code, clause`entry = ${entry}`);
    case 'ne':
      return hasText(scope, code, clause`entry <> ${entry}`);
    case 'ew':
      return hasText(scope, code, clause`entry like ${`${asPattern(code)}=%${asPattern(form)}`}`);
    case 'gt':
      return hasText(scope, code, clause`entry > ${entry} collate "C"`);
    case 'lt':
      return hasText(scope, code, clause`entry < ${entry} collate "C"`);
    case 'ge':
      return hasText(scope, code, clause`entry >= ${entry} collate "C"`);
    case 'le':
      return hasText(scope, code, clause`entry <= ${entry} collate "C"`);
    default:
      throw invalid('_filter', `${operator} has no meaning for texts`);
  }
}

/** `co`: the stored period or number includes the value; `po`: the periods overlap. */
function comparePeriods(
  scope: Scope,
  { parameter, operator, value }: Condition & { readonly kind: 'compare' },
): Clause {
  const { span } = parameter.type === 'date' ? readDateValue('_filter', value) : readExact(value);
  return compareOrdered(scope, parameter, ({ lo, hi, literal }) =>
    operator === 'co'
      ? clause`(${lo} <= ${literal(span.lo)} and ${hi} >= ${literal(span.hi)})`
      : clause`(${lo} <= ${literal(span.hi)} and ${hi} >= ${literal(span.lo)})`,
  );
}

function readExact(value: string) {
  const { exact } = readNumberValue('_filter', value);
  return { span: { lo: exact, hi: exact } };
}
