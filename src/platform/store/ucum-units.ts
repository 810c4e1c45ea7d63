import { arrayLiteral } from './array-literal.ts';
import type { PreparedWrite } from './prepared-write.ts';
import type { Sql, SqlPool } from './sql.ts';

/** More units than there are in use anywhere; more can be invented, as `1.mg`, `2.mg` and so on. */
const unitsAtMost = 5000;

/** Units a process remembers to be stored; it then asks anew. */
const knownAtMost = 20_000;

const knownUnits = new WeakMap<SqlPool, Set<string>>();

/** The units of what is to be written. */
export function unitsOf(writes: readonly PreparedWrite[]): readonly string[] {
  return writes.flatMap(({ entries }) => entries?.units ?? []);
}

/**
 * Keeps the UCUM units of quantities before they are stored, so that a search in one unit knows in which others to look.
 * Within a transaction they become known to others with it.
 */
export async function rememberUnits(pool: SqlPool, sql: Sql, units: readonly string[]): Promise<void> {
  const known = knownUnits.get(pool) ?? new Set();
  knownUnits.set(pool, known);
  if (known.size > knownAtMost) {
    known.clear();
  }
  const fresh = units.filter((unit) => !known.has(unit));
  if (fresh.length === 0) {
    return;
  }
  const wanted = [...new Set(fresh)].sort(); // transactions that meet wait for each other in one order
  const stored = await sql<{ code: string }[]>`
    select code from record.ucum_unit where code = any(${arrayLiteral(wanted)}::text::text[])`;
  stored.forEach(({ code }) => known.add(code));
  const missing = wanted.filter((unit) => !known.has(unit));
  if (missing.length > 0) {
    await sql`
      insert into record.ucum_unit (code)
      select unnest(${arrayLiteral(missing)}::text::text[])
      on conflict do nothing`;
  }
}

/** All UCUM units in which the record has quantities; undefined when they are too many to look in each. */
export async function findUnits(sql: Sql): Promise<readonly string[] | undefined> {
  const rows = await sql<{ code: string }[]>`select code from record.ucum_unit limit ${unitsAtMost + 1}`;
  return rows.length > unitsAtMost ? undefined : rows.map(({ code }) => code);
}
