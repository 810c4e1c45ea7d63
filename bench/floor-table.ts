import { randomUUID } from 'node:crypto';
import type { Sql } from '#platform/database';
import { measurements, observationPayload } from './payloads.ts';

/** Observations stored before the floors are measured; their keys are `stored-0` … */
export const storedRows = 5000;
/** Connections of the floors: more only queue on a small machine. */
export const floorConnections = 16;
const database = 'vsis_bench_floor';

export const storedId = (at: number): string => `stored-${at % storedRows}`;

/** The address of the floors' own database on the same server, made where it is missing. */
export async function makeFloorDatabase(ownerUrl: string, sql: Sql): Promise<string> {
  const [found] = await sql`select from pg_database where datname = ${database}`;
  if (!found) await sql`create database ${sql(database)}`;
  const url = new URL(ownerUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** One table with three b-tree indexes, the least a stored resource needs. */
export async function makeFloorTable(sql: Sql): Promise<void> {
  await sql.unsafe(`
    drop table if exists observation;
    create table observation (
      id text collate "C" primary key,
      subject text collate "C" not null,
      code text collate "C" not null,
      updated timestamptz not null default now(),
      content text not null
    );
    create index observation_subject on observation (subject, code);
    create index observation_updated on observation (updated)`);
  const contents = Array.from({ length: storedRows }, (_, at) => floorBody(at));
  await sql`
    insert into observation (id, subject, code, content)
    select 'stored-' || (position - 1), 'Patient/' || position, '8867-4', content
    from unnest(${contents}::text[]) with ordinality as given(content, position)`;
  await sql`analyze observation`;
}

/** The Observation the floors store and send: the same as the workload's. */
export function floorBody(number: number): string {
  const measurement = measurements[number % measurements.length];
  if (!measurement) throw new RangeError('There is nothing to measure.');
  const subject = `Patient/${'0'.repeat(24)}${String(number).padStart(12, '0')}`;
  const performers = { practitioner: `Practitioner/${'0'.repeat(36)}`, organization: `Organization/${'0'.repeat(36)}` };
  return JSON.stringify(observationPayload({ number, subject, performers, measurement }));
}

type Indexed = {
  readonly subject: { readonly reference: string };
  readonly code: { readonly coding: readonly [{ readonly code: string }] };
};

/** Parses the body as a server must, and stores it with what two of the indexes are on. */
export async function insertRow(sql: Sql, content: string): Promise<void> {
  const { subject, code } = JSON.parse(content) as Indexed; // as: floorBody made it
  await sql`
    insert into observation (id, subject, code, content)
    values (${randomUUID()}, ${subject.reference}, ${code.coding[0].code}, ${content})`;
}

export async function selectContent(sql: Sql, id: string): Promise<string> {
  const [row] = await sql<{ content: string }[]>`select content from observation where id = ${id}`;
  if (!row) throw new Error('The row of the floor is not there.');
  return row.content;
}
