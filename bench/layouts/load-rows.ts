import { setPriority } from 'node:os';
import type { ReservedSql, Sql } from '#platform/database';
import { type Candidate, indexesOf, tablesOf } from './candidates.ts';
import { generatorSchema, resourcesPerPatient, syntheticRows } from './synthetic-rows.ts';

/** Rows are made and stored this many at a time. */
const portion = 100_000;
/** Loading gives way to everybody else. */
const loadingPriority = 10;

/** Columns every candidate has. */
export const columns = `bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo, date_hi, label, keys, strings, content`;

/** Rows that are stored before there are indexes; the last portion finds them in place, as in a record that grew. */
export const rowsBeforeIndexes = (rows: number): number => Math.max(0, rows - portion);

/** Makes the candidate's tables and fills them with so many resources. Returns the seconds of each step. */
export async function loadRows(
  sql: Sql,
  candidate: Candidate,
  rows: number,
  onProgress: (text: string) => void,
): Promise<{ readonly loadSeconds: number; readonly indexSeconds: number; readonly growSeconds: number }> {
  const session = await sql.reserve();
  try {
    await giveWay(session);
    await session.unsafe(`${generatorSchema} ${tablesOf(candidate)}`);
    const early = rowsBeforeIndexes(rows);
    const loadSeconds = await timed(() => storeRows(session, candidate, 0, early, rows, onProgress));
    const indexSeconds = await timed(async () => {
      for (const statement of indexesOf(candidate)) {
        onProgress(statement.slice(0, 60));
        await session.unsafe(statement);
      }
    });
    await session.unsafe('analyze record.resource; analyze record.range_entry');
    const growSeconds = await timed(() => storeRows(session, candidate, early, rows, rows, onProgress));
    await session`select setval('record.rid', ${rows + 1})`;
    onProgress('vacuum');
    await session.unsafe('vacuum (analyze)');
    await session.unsafe('checkpoint');
    return { loadSeconds, indexSeconds, growSeconds };
  } finally {
    session.release();
  }
}

/** Settings of a session that loads. */
export async function giveWay(session: ReservedSql): Promise<void> {
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (row) setPriority(row.pid, loadingPriority);
  await session.unsafe(`set synchronous_commit = off; set maintenance_work_mem = '1536MB'`);
}

/** The seconds the work takes. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round((performance.now() - startedAt) / 1000);
}

async function storeRows(
  session: ReservedSql,
  { hotColumns }: Candidate,
  from: number,
  to: number,
  rows: number,
  onProgress: (text: string) => void,
): Promise<void> {
  const patients = rows / resourcesPerPatient;
  const lead = hotColumns ? ', lead_key' : '';
  for (let first = from; first < to; first += portion) {
    const last = Math.min(first + portion, to) - 1;
    onProgress(`rows ${first} to ${last}`);
    await session.unsafe(`
      insert into record.resource (${columns}${lead})
      select ${columns}${lead} from (${syntheticRows(first, last, patients)}) as made`);
    await session.unsafe(`
      insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
      select bucket, type, rid, parameter, value, value, array[bench.key('mg/dL'), bench.key('http|mg/dL')], null
      from (${syntheticRows(first, last, patients, ['Observation'])}) as made, unnest(range_parameters) as parameter`);
    if (hotColumns) {
      await session.unsafe(`
        insert into record.identifier_entry (key, bucket, rid)
        select key, bucket, rid
        from (${syntheticRows(first, last, patients, ['Patient', 'Encounter'])}) as made, unnest(identifiers) as key`);
    }
  }
}
