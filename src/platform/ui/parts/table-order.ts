export type SortDirection = 'ascending' | 'descending';
export type SortState = { readonly column: string; readonly direction: SortDirection };

/** What a cell is ordered by. `undefined` stands for "not known" and always comes last. */
export type SortKey = string | number | undefined;

/** Rows in order, stable; `compareText` knows the reader's alphabet. */
export function inOrder<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => SortKey,
  direction: SortDirection,
  compareText: (a: string, b: string) => number,
): Row[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => compareKeys(keyOf(a), keyOf(b), sign, compareText));
}

function compareKeys(a: SortKey, b: SortKey, sign: number, compareText: (a: string, b: string) => number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * compareText(String(a), String(b));
}

/** The state after a press on a column's heading: a new column starts ascending, the same one turns round. */
export function nextSort(current: SortState | undefined, column: string): SortState {
  if (current?.column !== column) return { column, direction: 'ascending' };
  return { column, direction: current.direction === 'ascending' ? 'descending' : 'ascending' };
}
