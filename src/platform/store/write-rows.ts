import { isSpread } from '#platform/database';
import { insertRows } from './insert-rows.ts';
import type { Actor, AuthoredWrite, PreparedWrite } from './prepared-write.ts';
import type { Sql } from './sql.ts';
import { supersedeRows } from './supersede-rows.ts';
import { writeEverywhere } from './write-distributed.ts';

/**
 * Stores all versions with their index entries, change records and audit records: a statement for new resources and
 * one for versions that supersede others, or one for each bucket where these lie on several servers. Returns, in
 * order, which writes took place; the caller rolls its transaction back if a part is not enough.
 */
export async function writeRows(sql: Sql, writes: readonly PreparedWrite[], actor: Actor): Promise<boolean[]> {
  const authored = writes.map((write): AuthoredWrite => ({ write, actor }));
  if (isSpread(sql)) {
    return writeEverywhere(sql, authored);
  }
  const isNew = ({ write }: AuthoredWrite): boolean => write.supersedes === 0;
  const superseding = authored.filter((each) => !isNew(each));
  const done = await supersedeRows(sql, superseding);
  await insertRows(sql, authored.filter(isNew));
  const missed = new Set(superseding.filter((_, at) => !done[at]).map(({ write }) => write));
  return writes.map((write) => !missed.has(write));
}
