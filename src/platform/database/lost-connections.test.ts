import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { openDatabase, type Sql } from './connect.ts';
import { isDatabaseAway } from './is-database-away.ts';

let database: TestDatabase;
const opened: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.ownerSql`create table public.noted (word text)`;
  await database.ownerSql`grant select, insert, delete on public.noted to vsis_app`;
});
afterAll(async () => {
  for (const pool of opened) await pool.close();
  await database.drop();
});
beforeEach(() => database.sql`delete from noted`);

function open(max: number): Sql {
  const pool = openDatabase(database.url, { max, connectTimeoutSeconds: 3 });
  opened.push(pool);
  return pool.sql;
}

type Runner = Pick<Sql, 'unsafe'>;

async function processOf(sql: Runner): Promise<number> {
  const [row] = await sql.unsafe('select pg_backend_pid() as pid');
  return Number(row?.['pid']);
}

/** Ends a session of the server and waits until it is gone, and its client has heard of it. */
async function cut(pid: number): Promise<void> {
  await database.ownerSql`select pg_terminate_backend(${pid})`;
  await delay(20);
}

const words = async (): Promise<string[]> =>
  (await database.ownerSql<{ word: string }[]>`select word from noted order by word`).map(({ word }) => word);

const reasonOf = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => 'no error',
    (error: unknown) => error,
  );

const isAway = async (promise: PromiseLike<unknown>): Promise<boolean> => isDatabaseAway(await reasonOf(promise));

describe('a connection that the server cuts', () => {
  it('fails the transaction on it that waits for something else, and whatever it does later', async () => {
    const sql = open(2);
    const later: boolean[] = [];
    const failed = sql.begin(async (own) => {
      await own`insert into noted values ('lost')`;
      await cut(await processOf(own));
      later.push(await isAway(own`insert into noted values ('late')`));
      later.push(await isAway(own.savepoint((inner) => inner`insert into noted values ('later')`)));
      return own`insert into noted values ('latest')`;
    });
    expect(await isAway(failed)).toBe(true);
    await delay(50);
    expect(later).toEqual([true, true]);
    expect(await words()).toEqual([]);
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('fails the statement on it, those that wait behind it, and the transaction', async () => {
    const sql = open(2);
    const failed = sql.begin(async (own) => {
      const pid = await processOf(own);
      const statements = [
        own`select pg_sleep(60)`,
        ...['a', 'b', 'c'].map((word) => own`insert into noted values (${word})`),
      ];
      const outcomes = Promise.all(statements.map(isAway));
      await delay(50);
      await cut(pid);
      expect(await outcomes).toEqual([true, true, true, true]);
      return own`select 1`;
    });
    expect(await isAway(failed)).toBe(true);
    expect(await words()).toEqual([]);
  });

  it('does not let the rest of a transaction run in that of somebody else', async () => {
    const sql = open(1);
    const resume = Promise.withResolvers<void>();
    let late: Promise<boolean> | undefined;
    const dead = sql.begin(async (own) => {
      await cut(await processOf(own));
      await resume.promise;
      late = isAway(own`insert into noted values ('of the dead')`);
      await late;
      throw new Error('rolls back');
    });
    expect(await isAway(dead)).toBe(true);
    await sql.begin(async (own) => {
      await own`insert into noted values ('of the living')`;
      resume.resolve();
      await delay(50);
    });
    expect(await late).toBe(true);
    expect(await words()).toEqual(['of the living']);
  });

  it('fails what is asked of a connection taken out of the pool, which then has a new one', async () => {
    const sql = open(1);
    const own = await sql.reserve();
    await cut(await processOf(own));
    expect(await isAway(own`select 1`)).toBe(true);
    expect(await isAway(own.unsafe('rollback'))).toBe(true);
    own.release();
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    const next = await sql.reserve();
    const sleeping = isAway(next`select pg_sleep(60)`);
    const behind = isAway(next`select 1`);
    await delay(50);
    await cut(
      Number(
        (
          await database.ownerSql`
      select pid from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid() and state = 'active'`
        )[0]?.['pid'],
      ),
    );
    expect([await sleeping, await behind]).toEqual([true, true]);
    next.release();
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('does not fail the next statement', async () => {
    const sql = open(1);
    const pid = await processOf(sql);
    const sleeping = isAway(sql`select pg_sleep(60)`);
    await delay(50);
    await cut(pid);
    expect(await sleeping).toBe(true);
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it.each(['between portions of its rows', 'while the next are waited for'])(
    'fails who reads them in portions, %s',
    async (moment) => {
      const sql = open(1);
      const read: number[] = [];
      const reading = (async () => {
        const slow = moment.startsWith('while') ? 0.02 : 0;
        for await (const rows of sql`
          select number, pg_backend_pid() as pid, pg_sleep(case when number > 10 then ${slow}::float else 0 end)
          from generate_series(1, 10000) as number`.cursor(10)) {
          read.push(rows.length);
          const pid = Number(rows[0]?.['pid']);
          if (read.length === 1) await (slow === 0 ? cut(pid) : void delay(50).then(() => cut(pid)));
        }
      })();
      expect(await isAway(reading)).toBe(true);
      expect(read).toEqual([10]);
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    },
  );

  it('leaves the pool whole when all are cut at once under load', async () => {
    const sql = open(4);
    const stop = { now: false };
    const counted = { done: 0, away: 0, other: [] as unknown[] };
    const client = async (at: number): Promise<void> => {
      while (!stop.now) {
        const asked =
          at % 2 === 0
            ? sql`select ${'x'.repeat(at * 40)}::text as text`
            : sql.begin(async (own) => {
                await own`insert into noted values (${`${at}`})`;
                return own`delete from noted where word = ${`${at}`}`;
              });
        const reason = await reasonOf(asked);
        if (reason === 'no error') counted.done += 1;
        else if (isDatabaseAway(reason)) counted.away += 1;
        else counted.other.push(reason);
      }
    };
    const clients = Promise.all(Array.from({ length: 24 }, (_, at) => client(at)));
    for (let round = 0; round < 40; round += 1) {
      await delay(20);
      await database.ownerSql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = 'vsis_app'`;
    }
    stop.now = true;
    await clients;
    expect(counted.other).toEqual([]);
    expect(counted.away).toBeGreaterThan(0);
    const startedMs = performance.now();
    const after = await Promise.all(Array.from({ length: 16 }, () => sql`select pg_sleep(0.05)`));
    expect(after).toHaveLength(16);
    expect(performance.now() - startedMs).toBeLessThan(2_000); // a poisoned connection answers after its time-out alone
    expect(await words()).toEqual([]);
  }, 60_000);
});

describe('a connection that cannot be made', () => {
  it('takes no place in the pool once it can be made again', async () => {
    const server = new URL(database.url);
    const path = `${server.searchParams.get('host')}/.s.PGSQL.${server.port}`;
    const away = { now: true };
    const proxy = createServer((client) => {
      if (away.now) return client.destroy();
      const behind = connect(path);
      client.on('error', () => behind.destroy()).on('close', () => behind.destroy());
      behind.on('error', () => client.destroy()).on('close', () => client.destroy());
      return client.pipe(behind).pipe(client);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    server.searchParams.delete('host');
    server.port = String(typeof address === 'object' && address ? address.port : 0);
    const pool = openDatabase(server.href, { max: 2, connectTimeoutSeconds: 1 });
    opened.push(pool, { close: async () => void proxy.close() });
    const failed = await Promise.all(Array.from({ length: 4 }, () => isAway(pool.sql.reserve())));
    expect(failed).toEqual([true, true, true, true]);
    away.now = false;
    const taken = await Promise.all([pool.sql.reserve(), pool.sql.reserve()]);
    expect(await Promise.all(taken.map((own) => own`select 1 as one`))).toEqual([[{ one: 1 }], [{ one: 1 }]]);
    for (const own of taken) own.release();
    expect(await pool.sql`select 1 as one`).toEqual([{ one: 1 }]);
  }, 30_000);
});

it('a transaction that comes when a connection has all the statements it takes gets one of its own', async () => {
  const sql = open(2);
  await Promise.all([sql`select pg_sleep(0.05)`, sql`select pg_sleep(0.05)`]);
  for (let before = 196; before < 206; before += 1) {
    const asked = Array.from({ length: before }, () => sql`select 1`.execute());
    const inserted = sql.begin((own) => own`insert into noted values (${`${before}`})`);
    await Promise.all([...asked, inserted]);
  }
  expect(await words()).toHaveLength(10);
});
