import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createEvents, type Events, type EventsOptions } from '#platform/events';
import { type Change, type Store, type WriteRequest, writeResources } from '#platform/store';
import { collectMetrics } from '#platform/telemetry';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

// What is heard of waits for every transaction of the server, those of other tests too.
vi.setConfig({ testTimeout: 90_000 });

let database: TestDatabase;
let store: Store;
const opened: Events[] = [];
const log = pino({ level: 'silent' });

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
afterAll(() => database.drop());

function open(options: Partial<EventsOptions> = {}): Events {
  const events = createEvents({ sql: database.sql, databaseUrl: database.url, log, pollMs: 20, ...options });
  opened.push(events);
  return events;
}

const put = (id: string): WriteRequest => ({
  kind: 'update',
  type: 'Patient',
  target: id,
  resource: { resourceType: 'Patient', id },
});
const write = (...ids: readonly string[]) => writeResources(store, { name: 'writer' }, ids.map(put));
function metricOf(name: string, subscriber: string): number | undefined {
  const metric = collectMetrics().find((each) => each.name === name);
  const series = metric && metric.kind !== 'histogram' ? metric.series : [];
  return series.find(({ labels }) => labels['subscriber'] === subscriber && labels['outcome'] !== 'failed')?.value;
}
const toText = ({ id, version }: Change): string => `${id}/${version}`;

it('hears of every write once and in order, and goes on where it was after a new start', async () => {
  const heard: string[] = [];
  const subscriber = {
    name: 'in-order',
    from: 'now' as const,
    handle: async (changes: readonly Change[]) => void heard.push(...changes.map(toText)),
  };
  const first = open();
  await write('before');
  await first.subscribe(subscriber);
  await write('a');
  await write('a', 'b');
  await expect.poll(() => heard.filter((each) => !each.startsWith('before'))).toEqual(['a/1', 'a/2', 'b/1']);
  await first.close();
  await write('b');
  await write('c');
  const second = open();
  await second.subscribe(subscriber);
  await expect.poll(() => heard.slice(-2)).toEqual(['b/2', 'c/1']);
  expect(new Set(heard).size).toBe(heard.length);
});

it('reads the whole log from the beginning when it says so', async () => {
  const heard: string[] = [];
  await open().subscribe({
    name: 'whole',
    from: 'beginning',
    atOnce: 2,
    handle: async (changes) => void heard.push(...changes.map(toText)),
  });
  await expect.poll(() => heard[0]).toBe('before/1');
});

it('commits what a subscriber writes with its position, and gives the same changes again when it fails', async () => {
  await database.ownerSql`create table if not exists public.noted (id text, version int)`;
  await database.ownerSql`grant select, insert on public.noted to public`;
  const events = open();
  let failures = 2;
  await events.subscribe({
    name: 'failing',
    from: 'now',
    handle: async (changes, sql) => {
      for (const { id, version } of changes.filter((each) => each.id.startsWith('noted'))) {
        await sql`insert into public.noted values (${id}, ${version})`;
        if (id === 'noted-b' && failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
      }
    },
  });
  await write('noted-a', 'noted-b', 'noted-c');
  const noted = async () =>
    (await database.sql<{ id: string }[]>`select id from public.noted order by id`).map(({ id }) => id);
  await expect.poll(noted, { timeout: 5000 }).toEqual(['noted-a', 'noted-b', 'noted-c']);
  expect(failures).toBe(0);
});

it('works in one of several processes, and another takes over when the connection of the first is gone', async () => {
  const heard: Record<'one' | 'two', string[]> = { one: [], two: [] };
  const subscriber = (who: 'one' | 'two') => ({
    name: 'shared',
    from: 'now' as const,
    handle: async (changes: readonly Change[]) => void heard[who].push(...changes.map(toText)),
  });
  await open().subscribe(subscriber('one'));
  await write('shared-0');
  await expect.poll(() => heard.one).toContain('shared-0/1'); // it has the lock now
  const [first] = await database.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'vsis leadership' and datname = current_database()`;
  await open().subscribe(subscriber('two'));
  await write('shared-1');
  await expect.poll(() => heard.one).toContain('shared-1/1');
  expect(heard.two).toEqual([]);
  // the first asks for its lock once a second, and the second every 20 ms
  await database.ownerSql`select pg_terminate_backend(${first?.pid ?? 0}::int)`;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await write('shared-2');
  await expect.poll(() => heard.two, { timeout: 5000 }).toContain('shared-2/1');
  expect([...heard.one, ...heard.two].filter((each) => each === 'shared-2/1')).toHaveLength(1);
});

it('wakes up at once, and tells how far it is behind', async () => {
  const events = open({ pollMs: 60_000 });
  const heard: string[] = [];
  const gate = Promise.withResolvers<void>();
  await events.subscribe({
    name: 'lagging',
    from: 'now',
    handle: async (changes) => {
      await gate.promise;
      heard.push(...changes.map(toText));
    },
  });
  await expect.poll(async () => (await events.lagOf('lagging')).changes).toBe(0);
  await write('late-1', 'late-2');
  expect((await events.lagOf('lagging')).changes).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 300)); // the pauses have grown beyond what a test waits
  expect(metricOf('vsis_events_lag_seconds', 'lagging')).toBeGreaterThan(0.25);
  gate.resolve();
  events.wake();
  await expect.poll(() => heard, { timeout: 1000 }).toEqual(['late-1/1', 'late-2/1']);
  await expect.poll(() => events.lagOf('lagging')).toEqual({ changes: 0, seconds: 0 });
  expect(await events.lagOf('nobody')).toEqual({ changes: 0, seconds: 0 });
  expect(metricOf('vsis_events_changes_total', 'lagging')).toBe(2);
  await events.close();
  expect(metricOf('vsis_events_lag_seconds', 'lagging')).toBeUndefined();
});
