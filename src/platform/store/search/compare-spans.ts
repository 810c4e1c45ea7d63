import type { ComparedValue } from '#platform/search';
import type { Sql, SqlFragment } from '../sql.ts';

/** How the ends of the stored span and the sought values are written in SQL. */
export type SpanColumns = {
  readonly lo: SqlFragment;
  readonly hi: SqlFragment;
  readonly literal: (value: number) => SqlFragment;
};

/**
 * Compares a stored span with a sought date, whose precision makes it a span as well.
 * FHIR R4, search.html#prefix.
 */
export function compareDate(sql: Sql, { prefix, span }: ComparedValue, columns: SpanColumns): SqlFragment {
  const { lo, hi, literal } = columns;
  const within = sql`(${lo} >= ${literal(span.lo)} and ${hi} <= ${literal(span.hi)})`;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return sql`(${lo} < ${literal(span.lo)} or ${hi} > ${literal(span.hi)})`;
    case 'gt':
      return sql`${hi} > ${literal(span.hi)}`;
    case 'lt':
      return sql`${lo} < ${literal(span.lo)}`;
    case 'ge':
      return sql`${hi} >= ${literal(span.lo)}`;
    case 'le':
      return sql`${lo} <= ${literal(span.hi)}`;
    case 'sa':
      return sql`${lo} > ${literal(span.hi)}`;
    case 'eb':
      return sql`${hi} < ${literal(span.lo)}`;
    case 'ap':
      return sql`(${lo} <= ${literal(span.hi)} and ${hi} >= ${literal(span.lo)})`;
  }
}

/** Compares a stored number (or range of numbers) with a sought one; only eq, ne and ap heed its written precision. */
export function compareNumber(sql: Sql, value: ComparedValue, columns: SpanColumns): SqlFragment {
  const { lo, hi, literal } = columns;
  const exact = literal(value.exact);
  switch (value.prefix) {
    case 'eq':
      return sql`(${lo} >= ${literal(value.span.lo)} and ${hi} < ${literal(value.span.hi)})`;
    case 'ne':
      return sql`(${lo} < ${literal(value.span.lo)} or ${hi} >= ${literal(value.span.hi)})`;
    case 'gt':
      return sql`${hi} > ${exact}`;
    case 'lt':
      return sql`${lo} < ${exact}`;
    case 'ge':
      return sql`${hi} >= ${exact}`;
    case 'le':
      return sql`${lo} <= ${exact}`;
    case 'sa':
      return sql`${lo} > ${exact}`;
    case 'eb':
      return sql`${hi} < ${exact}`;
    case 'ap':
      return sql`(${lo} <= ${literal(value.span.hi)} and ${hi} >= ${literal(value.span.lo)})`;
  }
}
