export type Element = string | number | bigint | boolean | null;

/** The text form of a PostgreSQL array, which a statement casts: `{1,2,null}`, `{"a","b \"c\""}`. */
export function arrayLiteral(elements: readonly Element[]): string {
  return `{${elements.map(toText).join(',')}}`;
}

function toText(element: Element): string {
  return typeof element === 'string' ? `"${element.replace(/["\\]/g, '\\$&')}"` : String(element);
}
