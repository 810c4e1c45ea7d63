import { leadingDateOf, parameterNumber, type SearchParameter, type SortKey } from '#platform/search';
import type { SqlFragment } from '../sql.ts';
import { column, type Scope } from './scope.ts';

/** What a sort key orders by: the expression, and the type its values are compared as. */
export type SortExpression = { readonly value: SqlFragment; readonly cast: 'timestamptz' | 'numeric' | 'text' };

const labelled = new Set(['name', 'family', 'title', 'phonetic']);

/** Order of text is Azerbaijani: ə after e, x after h, ı before i, q after k. */
export function sortExpression(scope: Scope, { parameter, descending }: SortKey): SortExpression {
  const { sql } = scope;
  const { code } = parameter;
  if (code === '_id') {
    return { value: column(scope, 'id'), cast: 'text' };
  }
  if (code === '_lastUpdated') {
    return { value: column(scope, 'updated'), cast: 'timestamptz' };
  }
  if (code === leadingDateOf(scope.type)) {
    return { value: column(scope, descending ? 'date_hi' : 'date_lo'), cast: 'timestamptz' };
  }
  if (parameter.type === 'string' && labelled.has(code)) {
    return { value: sql`${column(scope, 'label')} collate "az-x-icu"`, cast: 'text' };
  }
  if (parameter.type === 'date' || parameter.type === 'number' || parameter.type === 'quantity') {
    const bound = descending ? sql`max(entry.hi)` : sql`min(entry.lo)`;
    return {
      value: sql`(select ${bound} from record.range_entry entry
        where entry.rid = ${column(scope, 'rid')} and entry.parameter = ${parameterNumber(scope.type, code)})`,
      cast: 'numeric',
    };
  }
  const [path] = parameter.paths;
  return {
    value: sql`(jsonb_path_query_first(${column(scope, 'content')}::jsonb, ${jsonPath(path)}::text::jsonpath) #>> '{}')
      collate "az-x-icu"`,
    cast: 'text',
  };
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

/** The path in the stored JSON of what an unindexed order is taken from: the first value of the parameter. */
function jsonPath(path: SearchParameter['paths'][number] | undefined): string {
  const names = (path?.steps ?? []).flatMap((step) => ('names' in step ? Object.keys(step.names).slice(0, 1) : []));
  return `lax $${names.map((name) => `."${name}"`).join('')}${tails[path?.types[0] ?? ''] ?? ''}`;
}
