import type { ComparedValue } from '#platform/search';
import { type Clause, clause } from './clause.ts';

/** How the ends of the stored span and the sought values are written in SQL. */
export type SpanColumns = {
  readonly lo: Clause;
  readonly hi: Clause;
  readonly literal: (value: number) => Clause;
};

/**
 * Compares a stored span with a sought date, whose precision makes it a span as well: [a, b] below.
 * FHIR R4, search.html#prefix. Conditions that follow from the others are there for the index on the lower end.
 */
export function compareDate({ prefix, span }: ComparedValue, columns: SpanColumns): Clause {
  const { lo, hi } = columns;
  const a = columns.literal(span.lo);
  const b = columns.literal(span.hi);
  switch (prefix) {
    case 'eq':
      return clause`(${lo} >= ${a} and ${lo} <= ${b} and ${hi} <= ${b})`;
    case 'ne':
      return clause`(${lo} < ${a} or ${hi} > ${b})`;
    case 'gt':
      return clause`${hi} > ${b}`;
    case 'lt':
      return clause`${lo} < ${a}`;
    case 'ge':
      return clause`(${hi} > ${b} or ${lo} >= ${a})`;
    case 'le':
      return clause`(${lo} <= ${b} and (${lo} < ${a} or ${hi} <= ${b}))`;
    case 'sa':
      return clause`${lo} > ${b}`;
    case 'eb':
      return clause`${hi} < ${a}`;
    case 'ap':
      return clause`(${lo} <= ${b} and ${hi} >= ${a})`;
  }
}

/** Compares a stored number (or range of numbers) with a sought one; only eq, ne and ap heed its written precision. */
export function compareNumber({ prefix, span, exact }: ComparedValue, columns: SpanColumns): Clause {
  const { lo, hi, literal } = columns;
  switch (prefix) {
    case 'eq':
      return clause`(${lo} >= ${literal(span.lo)} and ${lo} < ${literal(span.hi)} and ${hi} < ${literal(span.hi)})`;
    case 'ne':
      return clause`(${lo} < ${literal(span.lo)} or ${hi} >= ${literal(span.hi)})`;
    case 'gt':
      return clause`${hi} > ${literal(exact)}`;
    case 'lt':
      return clause`${lo} < ${literal(exact)}`;
    case 'ge':
      return clause`${hi} >= ${literal(exact)}`;
    case 'le':
      return clause`${lo} <= ${literal(exact)}`;
    case 'sa':
      return clause`${lo} > ${literal(exact)}`;
    case 'eb':
      return clause`${hi} < ${literal(exact)}`;
    case 'ap':
      return clause`(${lo} <= ${literal(span.hi)} and ${hi} >= ${literal(span.lo)})`;
  }
}
