import type { ReservedSql, Sql } from '#platform/database';
import { type Candidate, resourceIndexesOf, resourceTableOf } from './candidates.ts';
import { columns, giveWay, rowsBeforeIndexes, timed } from './load-rows.ts';

/**
 * Turns a loaded candidate with hot columns into one with other settings or without those columns, or into one with a
 * table per type: quicker than loading again. What was written since loading is left behind by the last. Returns the
 * seconds it took.
 */
export async function convertRows(
  sql: Sql,
  to: Candidate,
  rows: number,
  onProgress: (text: string) => void,
): Promise<{ readonly convertSeconds: number }> {
  const session = await sql.reserve();
  try {
    await giveWay(session);
    const convertSeconds = await timed(async () => {
      if (to.perType) await shareOutByType(session, to, rows, onProgress);
      else if (to.hotColumns) await adjustStorage(session, to);
      else await hideHotColumns(session);
      onProgress('vacuum');
      await session.unsafe('vacuum (analyze)');
      await session.unsafe('checkpoint');
    });
    return { convertSeconds };
  } finally {
    session.release();
  }
}

async function adjustStorage(session: ReservedSql, { fastUpdate, updatedIndex, fillFactor }: Candidate): Promise<void> {
  const pending = fastUpdate ? 'fastupdate = on, gin_pending_list_limit = 256' : 'fastupdate = off';
  await session.unsafe(`
    alter index record.resource_keys_idx set (${pending});
    alter index record.resource_strings_idx set (${pending});
    drop index record.resource_updated_idx;
    create index resource_updated_idx on record.resource using ${updatedIndex === 'brin' ? 'brin (updated)' : 'btree (type, updated)'};
    alter table record.resource set (fillfactor = ${fillFactor})`);
  if (fillFactor < 100) await session.unsafe('vacuum full record.resource');
}

/** The column stays, unused: eight bytes a row that the candidate would not have. */
async function hideHotColumns(session: ReservedSql): Promise<void> {
  await session.unsafe('drop index record.resource_lead_idx; alter table record.identifier_entry set schema bench');
}

async function shareOutByType(
  session: ReservedSql,
  to: Candidate,
  rows: number,
  onProgress: (text: string) => void,
): Promise<void> {
  const early = rowsBeforeIndexes(rows);
  const copy = (from: number, below: number): string => `
    insert into record.resource (${columns}, lead_key)
    select ${columns}, lead_key from bench.resource where rid > ${from} and rid <= ${below}`;
  await session.unsafe('alter table if exists bench.identifier_entry set schema record');
  await session.unsafe('alter table record.resource set schema bench');
  await session.unsafe(resourceTableOf(to));
  onProgress('copies');
  await session.unsafe(copy(0, early));
  for (const statement of resourceIndexesOf(to)) {
    onProgress(statement.slice(0, 60));
    await session.unsafe(statement);
  }
  await session.unsafe('analyze record.resource');
  onProgress('copies the rest');
  await session.unsafe(copy(early, rows));
  await session.unsafe('drop table bench.resource');
}
