import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BulkServer, startBulkServer } from '../../../test/support/bulk-server.ts';

let server: BulkServer;

beforeAll(async () => {
  server = await startBulkServer();
});
afterAll(() => server.close());

const people = 300;
const idOf = (number: number): string => `p${number}`;
const patient = (number: number, round: number) => ({
  resourceType: 'Patient',
  id: idOf(number),
  name: [{ family: `Round ${round}` }],
});

/** Creates, updates, deletes and brings back, until it is told to stop. */
async function keepWriting(seed: number, isOver: () => boolean): Promise<void> {
  for (let round = seed; !isOver(); round += 7) {
    const number = (round * 31) % people;
    if (round % 5 === 0) {
      await server.delete(`Patient/${idOf(number)}`);
    } else {
      await server.put(`Patient/${idOf(number)}`, patient(number, round));
    }
  }
}

/** What the record held at a moment, by its versions. */
async function stateAt(moment: string): Promise<Map<string, number>> {
  const rows = await server.database.sql<{ id: string; version: number }[]>`
    with versions as (
      select id, version, updated, method from record.resource
      union all
      select id, version, updated, method from record.history
    )
    select id, version
    from (
      select distinct on (id) id, version, method
      from versions
      where updated <= ${moment}::text::timestamptz
      order by id, version desc
    ) as newest
    where method <> 'DELETE'`;
  return new Map(rows.map(({ id, version }) => [id, version]));
}

it('holds each resource once, as it was at the time it tells, while others create, change and delete', async () => {
  const entry = Array.from({ length: people }, (_, number) => ({
    resource: patient(number, 0),
    request: { method: 'PUT', url: `Patient/${idOf(number)}` },
  }));
  await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  let over = false;
  const writers = [1, 2, 3, 4].map((seed) => keepWriting(seed, () => over));
  for (let round = 0; round < 3; round += 1) {
    const started = await server.get('$export', { Prefer: 'respond-async' });
    await delay(300);
    const manifest = await server.finished(started);
    const lines = await server.lines(manifest);
    const ids = lines.map(({ id }) => String(id));
    expect(new Set(ids).size).toBe(ids.length);
    const state = await stateAt(String(manifest['transactionTime']));
    const exported = lines.map((line) => [String(line['id']), versionOf(line)] as const);
    expect(new Map(exported)).toEqual(state);
  }
  over = true;
  await Promise.all(writers);
}, 60_000);

function versionOf(resource: Record<string, unknown>): number {
  const { versionId } = resource['meta'] as { versionId: string }; // as: every stored resource has it
  return Number(versionId);
}

it('waits for a writer that had begun before, and tells an earlier time when one comes in late', async () => {
  const { sql } = server.store;
  const held = Promise.withResolvers<void>();
  const insert = (id: string, updated: string, before: Promise<void>) =>
    sql.begin(async (open) => {
      await open`select pg_current_xact_id()`; // from here on the transaction has a number
      await before;
      await open`
        insert into record.change (bucket, type, id, version, method, updated)
        values (0, 'Basic', ${id}, 1, 'POST', ${updated}::text::timestamptz)`;
    });
  const slow = insert('slow', new Date().toISOString(), held.promise);
  const started = await server.get('$export?_type=Basic', { Prefer: 'respond-async' });
  await delay(1500);
  const status = started.headers.get('content-location') ?? '';
  expect((await server.get(status)).headers.get('x-progress')).toBe('0 %, 0 resources');
  const late = '2020-01-01T00:00:00.000Z';
  await insert('late', late, Promise.resolve());
  held.resolve();
  await slow;
  expect((await server.finished(started))['transactionTime']).toBe('2019-12-31T23:59:59.999Z');
});
