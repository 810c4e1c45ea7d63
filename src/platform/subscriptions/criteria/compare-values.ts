import type { ComparedValue } from '#platform/search';

type Span = { readonly lo: number; readonly hi: number };

/** A date of a resource against a sought one, both as spans in milliseconds. FHIR R4, search.html#prefix. */
export function meetsDate({ lo, hi }: Span, { prefix, span }: ComparedValue): boolean {
  const isWithin = lo >= span.lo && hi <= span.hi;
  switch (prefix) {
    case 'eq':
      return isWithin;
    case 'ne':
      return !isWithin;
    case 'gt':
      return hi > span.hi;
    case 'lt':
      return lo < span.lo;
    case 'ge':
      return hi > span.hi || lo >= span.lo;
    case 'le':
      return lo < span.lo || isWithin;
    case 'sa':
      return lo > span.hi;
    case 'eb':
      return hi < span.lo;
    case 'ap':
      return lo <= span.hi && hi >= span.lo;
  }
}

/** A number of a resource against a sought one; only eq, ne and ap heed the digits it is written with. */
export function meetsNumber({ lo, hi }: Span, { prefix, span, exact }: ComparedValue): boolean {
  switch (prefix) {
    case 'eq':
      return lo >= span.lo && lo < span.hi && hi < span.hi;
    case 'ne':
      return lo < span.lo || hi >= span.hi;
    case 'gt':
      return hi > exact;
    case 'lt':
      return lo < exact;
    case 'ge':
      return hi >= exact;
    case 'le':
      return lo <= exact;
    case 'sa':
      return lo > exact;
    case 'eb':
      return hi < exact;
    case 'ap':
      return lo <= span.hi && hi >= span.lo;
  }
}
