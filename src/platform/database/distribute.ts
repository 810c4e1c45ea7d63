import type { ReservedSql, Sql } from './connect.ts';
import { databaseFailure } from './errors.ts';

/**
 * Where a table lies when the database is spread over several servers with Citus: `by` a column, whose values are
 * spread over the servers (tables spread by buckets lie together, bucket by bucket); whole on every server; or on the
 * coordinator alone, for small tables that no statement joins with the record.
 */
export type Placement = { readonly by: string } | 'reference' | 'local';

/** Placement of each table, by its name with its schema. */
export type Placements = Readonly<Record<string, Placement>>;

/**
 * Functions that are carried out on the server that has what they are about, by their name with its schema: the argument
 * that says where, and a table spread by the same values.
 */
export type CallPlacements = Readonly<Record<string, { readonly by: string; readonly beside: string }>>;

/** Enough to spread over dozens of servers, few enough that a search of all of them stays quick to plan. */
const shardCount = 32;

/** Whether tables of this database are spread over several servers. */
export async function isDistributed(sql: Sql | ReservedSql): Promise<boolean> {
  if (!(await hasCitus(sql))) return false;
  const [row] = await sql<{ spread: boolean }[]>`select exists (select from pg_dist_partition) as spread`;
  return row?.spread ?? false;
}

async function hasCitus(sql: Sql | ReservedSql): Promise<boolean> {
  const [found] = await sql`select from pg_extension where extname = 'citus'`;
  return found !== undefined;
}

/**
 * Places the tables that are not placed yet, where the database has the extension Citus; does nothing elsewhere. Run as the
 * owner after the migrations. Tells each table that is placed.
 */
export async function distribute(
  connection: ReservedSql,
  placements: Placements,
  onProgress?: (text: string) => void,
): Promise<string[]> {
  if (!(await hasCitus(connection))) return [];
  const rows = await connection<{ name: string }[]>`select logicalrelid::text as name from pg_dist_partition`;
  const placed = new Set(rows.map(({ name }) => name));
  const wanted = Object.entries(placements).filter(([name, placement]) => placement !== 'local' && !placed.has(name));
  // the first table spread by buckets, with which the others lie together
  let together = Object.entries(placements).find(([name, each]) => isSpread(each) && placed.has(name))?.[0] ?? 'none';
  for (const [name, placement] of wanted) {
    onProgress?.(`Placing ${name} (${isSpread(placement) ? `spread by ${placement.by}` : 'on every server'})`);
    try {
      await place(connection, name, placement, together);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw databaseFailure(
        'database.migration-failed',
        `Citus does not take ${name}: ${reason}. The tables before it are placed; start again once the cause is gone.`,
        error,
      );
    }
    if (isSpread(placement) && together === 'none') together = name;
  }
  return wanted.map(([name]) => name);
}

function isSpread(placement: Placement): placement is { readonly by: string } {
  return typeof placement === 'object';
}

async function place(connection: ReservedSql, name: string, placement: Placement, together: string): Promise<void> {
  if (!isSpread(placement)) {
    await connection`select create_reference_table(${name}::text::regclass)`;
  } else if (together === 'none') {
    await connection`
      select create_distributed_table(${name}::text::regclass, ${placement.by}, colocate_with => 'none',
        shard_count => ${shardCount}::int)`;
  } else {
    await connection`
      select create_distributed_table(${name}::text::regclass, ${placement.by}, colocate_with => ${together}::text)`;
  }
}

/** Has Citus call the functions where their rows are; does nothing where they are called so already, or there is no Citus. */
export async function distributeCalls(connection: ReservedSql, calls: CallPlacements): Promise<void> {
  if (!(await hasCitus(connection))) return;
  for (const [name, { by, beside }] of Object.entries(calls)) {
    await connection`
      select create_distributed_function(${name}::text::regproc::regprocedure, ${by}, colocate_with => ${beside}::text,
        force_delegation => true)
      where not exists (
        select from pg_catalog.pg_dist_object
        where classid = 'pg_proc'::regclass and objid = ${name}::text::regproc and distribution_argument_index is not null)`;
  }
}
