import type { ComparedValue } from '#platform/search';
import type { Sql, SqlFragment } from '../sql.ts';

/** How the ends of the stored span and the sought values are written in SQL. */
export type SpanColumns = {
  readonly lo: SqlFragment;
  readonly hi: SqlFragment;
  readonly literal: (value: number) => SqlFragment;
};

/**
 * Compares a stored span with a sought date, whose precision makes it a span as well: [a, b] below.
 * FHIR R4, search.html#prefix. Conditions that follow from the others are there for the index on the lower end.
 */
export function compareDate(sql: Sql, { prefix, span }: ComparedValue, columns: SpanColumns): SqlFragment {
  const { lo, hi } = columns;
  const a = columns.literal(span.lo);
  const b = columns.literal(span.hi);
  switch (prefix) {
    case 'eq':
      return sql`(${lo} >= ${a} and ${lo} <= ${b} and ${hi} <= ${b})`;
    case 'ne':
      return sql`(${lo} < ${a} or ${hi} > ${b})`;
    case 'gt':
      return sql`${hi} > ${b}`;
    case 'lt':
      return sql`${lo} < ${a}`;
    case 'ge':
      return sql`(${hi} > ${b} or ${lo} >= ${a})`;
    case 'le':
      return sql`(${lo} <= ${b} and (${lo} < ${a} or ${hi} <= ${b}))`;
    case 'sa':
      return sql`${lo} > ${b}`;
    case 'eb':
      return sql`${hi} < ${a}`;
    case 'ap':
      return sql`(${lo} <= ${b} and ${hi} >= ${a})`;
  }
}

/** Compares a stored number (or range of numbers) with a sought one; only eq, ne and ap heed its written precision. */
export function compareNumber(sql: Sql, { prefix, span, exact }: ComparedValue, columns: SpanColumns): SqlFragment {
  const { lo, hi, literal } = columns;
  switch (prefix) {
    case 'eq':
      return sql`(${lo} >= ${literal(span.lo)} and ${lo} < ${literal(span.hi)} and ${hi} < ${literal(span.hi)})`;
    case 'ne':
      return sql`(${lo} < ${literal(span.lo)} or ${hi} >= ${literal(span.hi)})`;
    case 'gt':
      return sql`${hi} > ${literal(exact)}`;
    case 'lt':
      return sql`${lo} < ${literal(exact)}`;
    case 'ge':
      return sql`${hi} >= ${literal(exact)}`;
    case 'le':
      return sql`${lo} <= ${literal(exact)}`;
    case 'sa':
      return sql`${lo} > ${literal(exact)}`;
    case 'eb':
      return sql`${hi} < ${literal(exact)}`;
    case 'ap':
      return sql`(${lo} <= ${literal(span.hi)} and ${hi} >= ${literal(span.lo)})`;
  }
}
