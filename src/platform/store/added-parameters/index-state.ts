import { indexFormat, parameterNumber, storedTypes } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import type { Sql } from '../sql.ts';

/** How the resources of a type are indexed. */
export type IndexState = {
  readonly type: string;
  readonly covered: readonly string[];
  readonly building: readonly string[] | null;
  readonly position: number;
  readonly last: number;
};

/** The mark of what the program itself indexes. */
export const coreMark = `core#${indexFormat}`;

export function isSame(left: readonly string[] | null | undefined, right: readonly string[]): boolean {
  return left?.length === right.length && left.every((each, at) => each === right[at]);
}

/** A newer program has indexed the type by rules that this one does not know. */
export function isAhead({ covered, building }: IndexState): boolean {
  return [...covered, ...(building ?? [])].some((mark) => {
    const [, format] = /^core#(\d+)$/.exec(mark) ?? [];
    return format !== undefined && Number(format) > indexFormat;
  });
}

export async function readStates(sql: Sql): Promise<ReadonlyMap<string, IndexState>> {
  const rows = await sql<IndexState[]>`
    select type, covered, building, position, last from record.search_index order by type`;
  return new Map(rows.map((row) => [row.type, row]));
}

/**
 * Lets each type be indexed by the marks given for it. A type without resources needs no visit, unless a writer could
 * still index its first ones by fewer rules.
 */
export async function wantMarks(sql: Sql, wanted: ReadonlyMap<string, readonly string[]>): Promise<void> {
  for (const [type, marks] of wanted) {
    const [row] = await sql<{ last: number | null }[]>`
      select max(rid) as last from record.resource where type = ${type}`;
    const last = row?.last ?? 0;
    const isDone = last === 0 && isSame(marks, [coreMark]);
    const list = arrayLiteral(marks);
    await sql`
      insert into record.search_index as s (type, covered, building, since, last)
      values (${type}, ${isDone ? list : '{}'}::text::text[], ${isDone ? null : list}::text::text[], now(), ${last})
      on conflict (type) do update
      set covered = case when excluded.building is null then excluded.covered else s.covered end,
        building = case when s.covered = excluded.building then null else excluded.building end,
        since = now(), position = 0, last = excluded.last
      where s.building is distinct from excluded.building or excluded.building is null -- else another process has decided it`;
  }
}

/** The rules of the type that are to hold for all its resources, where they do not. */
export function unmetMarks(
  states: ReadonlyMap<string, IndexState>,
  marksOf: (type: string) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const unmet = storedTypes.filter((type) => {
    const state = states.get(type);
    const marks = marksOf(type);
    return !state || (!isAhead(state) && !isSame(state.building ?? state.covered, marks));
  });
  return new Map(unmet.map((type) => [type, marksOf(type)]));
}

/** Of the range entries only those of parameters that came or went change; all, where the program's own rules did. */
export function changedNumbers(
  type: string,
  covered: readonly string[],
  building: readonly string[],
): number[] | 'all' {
  const changed = [
    ...covered.filter((mark) => !building.includes(mark)),
    ...building.filter((mark) => !covered.includes(mark)),
  ];
  return changed.some((mark) => mark.startsWith('core#'))
    ? 'all'
    : changed.map((mark) => parameterNumber(type, mark.slice(0, mark.lastIndexOf('#'))));
}
