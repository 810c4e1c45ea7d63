import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type EmbeddedPostgres,
  ensureApplicationRole,
  migrate,
  openDatabase,
  type Sql,
  startEmbeddedPostgres,
} from '#platform/database';
import type { JsonObject } from '#platform/fhir';
import { migrationParts } from '../../src/migration-parts.ts';
import { checkRecord } from '../support/check-record.ts';
import { isLarge, largeMs, sized, tellFault, withinMs } from '../support/fault-run.ts';
import { createClient, entriesOf } from '../support/fhir-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../support/record-program.ts');
const database = 'vsis';

let postgres: EmbeddedPostgres;
let folder: Awaited<ReturnType<typeof makeTempFolder>>;
let served: { child: ChildProcess; baseUrl: string } | undefined;

beforeAll(async () => {
  folder = await makeTempFolder();
  postgres = await startEmbeddedPostgres({
    dataDir: folder.path,
    program: 'kill-writers',
    memoryBytes: 512 * 1024 ** 2,
  });
  const server = openDatabase(postgres.ownerUrl('postgres'), { max: 1 });
  await server.sql.unsafe(`create database ${database}`);
  await server.close();
  const owner = openDatabase(postgres.ownerUrl(database), { max: 1 });
  await ensureApplicationRole(owner.sql, 'only-for-tests');
  await migrate(owner.sql, migrationParts);
  await owner.sql`create table heard (seq bigint, type text, id text, version int)`;
  await owner.close();
}, 120_000);

afterAll(async () => {
  await end(served?.child);
  await postgres.stop();
  await folder.remove();
});

/** As the start of the program waits for its own database. */
async function waitForDatabase(): Promise<void> {
  const { sql, close } = openDatabase(postgres.ownerUrl(database), { max: 1 });
  const isUp = async (): Promise<boolean> =>
    sql`select 1`.then(
      () => true,
      () => false,
    );
  await expect.poll(isUp, { timeout: 60_000, interval: 50 }).toBe(true);
  await close();
}

async function serve(): Promise<string> {
  await waitForDatabase();
  const child = spawn(process.execPath, [program, postgres.ownerUrl(database), 'hear'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  served = { child, baseUrl: `${origin}/fhir` };
  return served.baseUrl;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** What writers were told: content by `Type/id/version`, addresses of deletions, and transactions by their tag. */
type Acknowledged = {
  readonly versions: Map<string, string>;
  readonly deletions: Set<string>;
  readonly transactions: Set<string>;
  refused: number;
  cutOff: number;
};

const partsOfTransaction = 4;
const writers = 64;

type Client = ReturnType<typeof createClient>;
type Writing = { readonly client: Client; readonly told: Acknowledged; readonly name: string; readonly id: string };

/** The kinds of writes, in turn: new with an id of ours, new, again and again the same, all or nothing, gone. */
const kinds = [put, create, transact, put, remove];

async function writeUntil(stop: { now: boolean }, client: Client, writer: string, told: Acknowledged): Promise<void> {
  for (let number = 0; !stop.now; number += 1) {
    const write = kinds[number % kinds.length] ?? put;
    const isWritten = await write({
      client,
      told,
      name: `${writer}-${number}`,
      id: `${writer}-${Math.floor(number / kinds.length) % 3}`,
    }).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error; // what fetch throws when the program is away
      told.cutOff += 1;
      return false;
    });
    if (!isWritten) await delay(20);
  }
}

/** Whether the answer acknowledges; one of the statuses expected, and 503 with Retry-After where the database is away. */
function isAcknowledged(
  told: Acknowledged,
  { status, headers }: Awaited<ReturnType<Client['get']>>,
  ...expected: number[]
) {
  expect([...expected, 503]).toContain(status);
  expect(headers.get('Retry-After')).toBe(status === 503 ? '2' : null);
  told.refused += status === 503 ? 1 : 0;
  return status !== 503;
}

async function put({ client, told, name, id }: Writing): Promise<boolean> {
  const answer = await client.put(`Patient/${id}`, { resourceType: 'Patient', id, name: [{ family: name }] });
  const isDone = isAcknowledged(told, answer, 200, 201);
  if (isDone) told.versions.set(`Patient/${id}/${answer.headers.get('ETag')?.slice(3, -1)}`, answer.text);
  return isDone;
}

async function create({ client, told, name }: Writing): Promise<boolean> {
  const answer = await client.post('Patient', { resourceType: 'Patient', name: [{ family: name }] });
  const isDone = isAcknowledged(told, answer, 201);
  if (isDone) told.versions.set(`Patient/${String(answer.body['id'])}/1`, answer.text);
  return isDone;
}

async function remove({ client, told, id }: Writing): Promise<boolean> {
  const answer = await client.delete(`Patient/${id}`);
  const isDone = isAcknowledged(told, answer, 204);
  const version = answer.headers.get('ETag')?.slice(3, -1);
  if (isDone && version !== undefined) told.deletions.add(`Patient/${id}/${version}`);
  return isDone;
}

async function transact({ client, told, name }: Writing): Promise<boolean> {
  const entry = Array.from({ length: partsOfTransaction }, (_, at) => ({
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ code: name }] },
      valueQuantity: { value: at },
    },
    request: { method: 'POST', url: 'Observation' },
  }));
  const answer = await client.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  const isDone = isAcknowledged(told, answer, 200);
  if (isDone) {
    expect(entriesOf(answer.body)).toHaveLength(partsOfTransaction);
    told.transactions.add(name);
  }
  return isDone;
}

/** All that was acknowledged is there, nothing is there by halves, and the subscriber has heard everything once. */
async function checkAll(baseUrl: string, told: Acknowledged): Promise<void> {
  const { sql, close } = openDatabase(postgres.ownerUrl(database), { max: 2 });
  expect(await checkRecord(sql)).toEqual([]);
  const stored = await sql<{ address: string; content: string | null }[]>`
    select concat_ws('/', type, id, version) as address, content from record.resource where type = 'Patient'
    union all
    select concat_ws('/', type, id, version), content from record.history where type = 'Patient'`;
  const contents = new Map(stored.map(({ address, content }) => [address, content]));
  expect([...told.versions].filter(([address, content]) => contents.get(address) !== content)).toEqual([]);
  expect([...told.deletions].filter((address) => contents.get(address) !== null)).toEqual([]);
  const parts = await sql<{ tag: string; count: number }[]>`
    select content::jsonb #>> '{code,coding,0,code}' as tag, count(*) as count
    from record.resource where type = 'Observation' group by 1`;
  expect(parts.filter(({ count }) => count !== partsOfTransaction)).toEqual([]);
  const whole = new Set(parts.map(({ tag }) => tag));
  expect([...told.transactions].filter((tag) => !whole.has(tag))).toEqual([]);
  await checkHeard(sql);
  await close();
  const [last] = [...told.transactions].slice(-1);
  const found: JsonObject = (await createClient(baseUrl).get(`Observation?code=${last}`)).body;
  expect(found['total']).toBe(partsOfTransaction);
}

async function checkHeard(sql: Sql): Promise<void> {
  const unheard = async (): Promise<number> => {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count
      from record.change c
      where not exists (select from heard h where h.seq = c.seq)`;
    return row?.count ?? 0;
  };
  await expect.poll(unheard, { timeout: 60_000, interval: 200 }).toBe(0);
  const twice = await sql`select seq from heard group by seq having count(*) > 1`;
  expect(twice).toHaveLength(0);
  const invented = await sql`
    select from heard h where not exists (
      select from record.change c
      where c.seq = h.seq and c.type = h.type and c.id = h.id and c.version = h.version)`;
  expect(invented).toHaveLength(0);
}

async function waitUntilAnswered(baseUrl: string): Promise<void> {
  const client = createClient(baseUrl);
  const status = async () => (await client.get('Patient?_summary=count').catch(() => undefined))?.status;
  await expect.poll(status, { timeout: 60_000, interval: 50 }).toBe(200);
}

const acknowledgedIn = (told: Acknowledged): number =>
  told.versions.size + told.deletions.size + told.transactions.size;

/** Writers at work, and in their midst the end of one of the two; returns where the record is served afterwards. */
async function killUnderWriters(victim: string, round: number, told: Acknowledged): Promise<string> {
  const before = acknowledgedIn(told);
  const baseUrl = served?.child.exitCode === null && served.child.signalCode === null ? served.baseUrl : await serve();
  const stop = { now: false };
  const client = createClient(baseUrl);
  const writing = Promise.all(
    Array.from({ length: writers }, (_, at) => writeUntil(stop, client, `r${round}w${at}`, told)),
  );
  await expect
    .poll(() => acknowledgedIn(told) - before, { timeout: 60_000, interval: 10 })
    .toBeGreaterThan(5 * writers);
  await delay(Math.random() * sized(500, 5_000));
  if (victim !== 'postgres') await end(served?.child);
  if (victim !== 'program') process.kill(postgres.pid, 'SIGKILL');
  if (victim === 'postgres') {
    await delay(500); // writers go on against the database while it is away and comes back
    await waitUntilAnswered(baseUrl);
  }
  stop.now = true;
  await writing;
  return victim === 'postgres' ? baseUrl : serve();
}

it(
  'what was acknowledged outlives the killing of the program and of PostgreSQL, and nothing is half written or heard twice',
  async () => {
    const told: Acknowledged = {
      versions: new Map(),
      deletions: new Set(),
      transactions: new Set(),
      refused: 0,
      cutOff: 0,
    };
    const victims = ['program', 'postgres', 'both'];
    const kills = { program: 0, postgres: 0, both: 0 };
    const startedMs = performance.now();
    const isOver = (round: number): boolean =>
      isLarge ? performance.now() - startedMs > largeMs : round === victims.length;
    for (let round = 0; !isOver(round); round += 1) {
      const victim = isLarge ? victims[Math.floor(Math.random() * victims.length)] : victims[round];
      const baseUrl = await killUnderWriters(victim ?? '', round, told);
      await waitUntilAnswered(baseUrl);
      await checkAll(baseUrl, told);
      kills[victim as keyof typeof kills] += 1; // as: one of the three
    }
    expect(told.deletions.size).toBeGreaterThan(20);
    expect(told.transactions.size).toBeGreaterThan(20);
    tellFault('kill-writers', {
      writers,
      killsOfTheProgram: kills.program + kills.both,
      killsOfPostgres: kills.postgres + kills.both,
      acknowledgedVersions: told.versions.size,
      acknowledgedDeletions: told.deletions.size,
      acknowledgedTransactions: told.transactions.size,
      answered503: told.refused,
      cutOffUnacknowledged: told.cutOff,
      lost: 0,
      halfTransactions: 0,
      heardTwiceOrNever: 0,
    });
  },
  withinMs(300_000),
);
