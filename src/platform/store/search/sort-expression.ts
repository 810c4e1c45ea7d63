import { leadingDateOf, parameterNumber, type SearchParameter, type SortKey } from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { distance } from './compile-near.ts';
import { column, type Scope, typeOf } from './scope.ts';

/** What a sort key orders by: the expression, and the type its values are compared as. */
export type SortExpression = {
  readonly value: Clause;
  readonly cast: 'timestamptz' | 'numeric' | 'float8' | 'text';
  /** Without nulls the order is that of the index, in both directions. */
  readonly neverNull: boolean;
};

const labelled = new Set(['name', 'family', 'title', 'phonetic']);

/** The order of several types among each other, which is that of an index where no other is asked for. */
export function typeExpression(scope: Scope): SortExpression {
  return { value: column(scope, 'type'), cast: 'text', neverNull: true };
}

/** Rows without a value come last in both directions. Text is in Azerbaijani order: ə after e, x after h, ı before i. */
export function sortExpression(scope: Scope, { parameter, descending, origin }: SortKey): SortExpression {
  const { code } = parameter;
  if (code === '_id') {
    return { value: column(scope, 'id'), cast: 'text', neverNull: true };
  }
  if (code === '_lastUpdated') {
    return { value: column(scope, 'updated'), cast: 'timestamptz', neverNull: true };
  }
  if (code === leadingDateOf(typeOf(scope))) {
    return { value: column(scope, descending ? 'date_hi' : 'date_lo'), cast: 'timestamptz', neverNull: false };
  }
  if (origin) {
    const value = clause`(select min(${distance(origin)}) from record.range_entry entry where ${isOfRow(scope, code)})`;
    return { value, cast: 'float8', neverNull: false };
  }
  if (parameter.type === 'string' && labelled.has(code)) {
    return { value: clause`${column(scope, 'label')} collate "az-x-icu"`, cast: 'text', neverNull: false };
  }
  if (parameter.type === 'date' || parameter.type === 'number' || parameter.type === 'quantity') {
    const bound = descending ? clause`max(entry.hi)` : clause`min(entry.lo)`;
    const value = clause`(select ${bound} from record.range_entry entry where ${isOfRow(scope, code)})`;
    return { value, cast: 'numeric', neverNull: false };
  }
  const value = clause`(jsonb_path_query_first(${column(scope, 'content')}::jsonb, ${jsonPath(parameter)}::text::jsonpath)
    #>> '{}') collate "az-x-icu"`;
  return { value, cast: 'text', neverNull: false };
}

/** Entries of the row under a parameter. */
function isOfRow(scope: Scope, code: string): Clause {
  return clause`entry.bucket = ${column(scope, 'bucket')} and entry.rid = ${column(scope, 'rid')}
    and entry.parameter = ${parameterNumber(typeOf(scope), code)}`;
}

const tails: Readonly<Record<string, string>> = {
  CodeableConcept: '.coding.code',
  Coding: '.code',
  Identifier: '.value',
  ContactPoint: '.value',
  Reference: '.reference',
  HumanName: '.family',
  Address: '.city',
};

/** The path in the stored JSON of what an unindexed order is taken from: the first value of the parameter's first path. */
function jsonPath({ paths: [path] }: SearchParameter): string {
  const steps = (path?.steps ?? []).map((step) => {
    if ('names' in step) {
      return Object.keys(step.names)
        .slice(0, 1)
        .map((name) => `."${name}"`)
        .join('');
    }
    return 'where' in step ? ` ? (@."${step.where}" == "${step.equals}")` : '';
  });
  return `lax $${steps.join('')}${tails[path?.types[0] ?? ''] ?? ''}`;
}
