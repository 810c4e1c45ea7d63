import { type IndexedResource, indexEntriesOf, type ParameterTable } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import type { Sql, SqlPool } from '../sql.ts';
import { rememberUnits } from '../ucum-units.ts';
import { changedNumbers, type IndexState, isSame } from './index-state.ts';
import { reindexDistributed } from './reindex-distributed.ts';
import { reindexRows } from './reindex-rows.ts';

/** Resources visited in one transaction: writers of them wait for it. */
const rowsAtOnce = 200;

export type IndexRules = {
  readonly table: ParameterTable;
  readonly marksOf: (type: string) => readonly string[];
  readonly baseUrl: string | undefined;
  /** The record is spread over several servers. */
  readonly distributed: boolean;
  /** From the decision to this much later a writer may still not know of it. */
  readonly graceMs: number;
};

type Due = IndexState & { readonly building: readonly string[]; readonly since: string };

export type IndexStep = { readonly type: string; readonly isDone: boolean };

/**
 * Indexes some more resources of a type that is due, in one transaction with the place it has come to; undefined when no
 * type is. Several processes work on different types, and after any end the next goes on where this one was.
 */
export async function indexSome(pool: SqlPool, rules: IndexRules): Promise<IndexStep | undefined> {
  return pool.begin(async (sql) => {
    const due = await takeDue(sql, rules);
    if (!due) {
      return undefined;
    }
    const { type, building, covered, position } = due;
    const rows = await sql<{ bucket: number; id: string; rid: number; version: number; content: string }[]>`
      select bucket, id, rid, version, content
      from record.resource
      where type = ${type} and rid > ${position}
      order by rid
      limit ${rowsAtOnce}`;
    const reindexed = rows.map(({ content, ...row }) => ({
      ...row,
      entries: indexEntriesOf(JSON.parse(content) as IndexedResource, rules.baseUrl, rules.table), // as: it is stored
    }));
    await rememberUnits(
      pool,
      sql,
      reindexed.flatMap(({ entries }) => entries.units),
    );
    const reindex = rules.distributed ? reindexDistributed : reindexRows;
    await reindex(sql, type, reindexed, changedNumbers(type, covered, building));
    const isDone = rows.length < rowsAtOnce;
    await (isDone ? settle(sql, due) : advance(sql, type, rows.at(-1)?.rid ?? position));
    return { type, isDone };
  });
}

async function takeDue(sql: Sql, { marksOf, graceMs }: IndexRules): Promise<Due | undefined> {
  const candidates = await sql<Due[]>`
    select type, covered, building, position, last, since
    from record.search_index
    where building is not null and since < now() - make_interval(secs => ${graceMs / 1000})
    order by since, type`;
  for (const candidate of candidates) {
    const { type, building } = candidate;
    if (isSame(building, marksOf(type)) && !(await isBeingWrittenBlindly(sql, candidate, graceMs))) {
      const [row] = await sql<Due[]>`
        select type, covered, building, position, last, since
        from record.search_index
        where type = ${type} and building = ${arrayLiteral(building)}::text::text[]
        for update skip locked`;
      if (row) {
        return row;
      }
    }
  }
  return undefined;
}

/** Whether a transaction is open that began when its process may not have known of the new rules. */
async function isBeingWrittenBlindly(sql: Sql, { since }: Due, graceMs: number): Promise<boolean> {
  const [row] = await sql<{ isOpen: boolean }[]>`
    select exists (
      select
      from pg_stat_activity
      where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
        and xact_start < ${since}::timestamptz + make_interval(secs => ${graceMs / 1000})
    ) as "isOpen"`;
  return row?.isOpen ?? false;
}

async function advance(sql: Sql, type: string, position: number): Promise<void> {
  await sql`update record.search_index set position = ${position} where type = ${type}`;
}

async function settle(sql: Sql, { type, building }: Due): Promise<void> {
  await sql`
    update record.search_index
    set covered = ${arrayLiteral(building)}::text::text[], building = null, since = null, position = 0
    where type = ${type}`;
}
