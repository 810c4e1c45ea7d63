import type { Sql } from '#platform/database';
import { verifyRecord } from '#platform/store';

/** What is wrong with the record as a whole, as `vsis verify` finds it; an empty list when it is as it should be. */
export async function checkRecord(sql: Sql): Promise<string[]> {
  const faults: string[] = [];
  await verifyRecord(sql, { sample: 1, onFault: (fault) => faults.push(fault) });
  return faults;
}
