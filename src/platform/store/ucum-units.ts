import { arrayLiteral } from './array-literal.ts';
import type { PreparedWrite } from './prepared-write.ts';
import type { Sql, SqlPool } from './sql.ts';

/** More units than there are in use anywhere; what is beyond is sought as written. */
const unitsAtMost = 5000;

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

/** All UCUM units in which the record has quantities. */
export async function findUnits(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ code: string }[]>`select code from record.ucum_unit order by code limit ${unitsAtMost}`;
  return rows.map(({ code }) => code);
}
