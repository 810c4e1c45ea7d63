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
  startEmbeddedPostgres,
} from '#platform/database';
import type { JsonObject } from '#platform/fhir';
import { migrationParts } from '../../src/migration-parts.ts';
import { checkRecord } from '../support/check-record.ts';
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
  await owner.close();
}, 120_000);

afterAll(async () => {
  served?.child.kill('SIGKILL');
  await postgres.stop();
  await folder.remove();
});

async function serve(): Promise<string> {
  const child = spawn(process.execPath, [program, postgres.ownerUrl(database)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  served = { child, baseUrl: `${origin}/fhir` };
  return served.baseUrl;
}

/** What writers were told is written: content by `Type/id/version`, and addresses that were deleted. */
type Acknowledged = { versions: Map<string, string>; transactions: Map<string, number>; attempts: number };

const partsOfTransaction = 4;

async function writeUntil(stop: { now: boolean }, baseUrl: string, writer: string, told: Acknowledged): Promise<void> {
  const client = createClient(baseUrl);
  for (let number = 0; !stop.now; number += 1) {
    told.attempts += 1;
    const name = `${writer}-${number}`;
    try {
      if (number % 3 === 2) {
        await writeTransaction(client, name, told);
      } else {
        await writeOne(client, `${writer}-${number % 5}`, name, told);
      }
    } catch {
      await delay(20); // the program or its database is away
    }
  }
}

async function writeOne(
  client: ReturnType<typeof createClient>,
  id: string,
  family: string,
  told: Acknowledged,
): Promise<void> {
  const answer = await client.put(`Patient/${id}`, { resourceType: 'Patient', id, name: [{ family }] });
  expect([200, 201, 503]).toContain(answer.status);
  expect(answer.headers.get('Retry-After')).toBe(answer.status === 503 ? '2' : null);
  if (answer.status !== 503) {
    told.versions.set(`Patient/${id}/${answer.headers.get('ETag')?.slice(3, -1) ?? ''}`, answer.text);
  }
}

async function writeTransaction(
  client: ReturnType<typeof createClient>,
  tag: string,
  told: Acknowledged,
): Promise<void> {
  const entry = Array.from({ length: partsOfTransaction }, (_, at) => ({
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ code: tag }] },
      valueQuantity: { value: at },
    },
    request: { method: 'POST', url: 'Observation' },
  }));
  const answer = await client.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  expect([200, 503]).toContain(answer.status);
  if (answer.status === 200) {
    told.transactions.set(tag, entriesOf(answer.body).length);
  }
}

/** All that was acknowledged is there, and nothing is there by halves. */
async function checkAll(baseUrl: string, told: Acknowledged): Promise<void> {
  const { sql, close } = openDatabase(postgres.ownerUrl(database), { max: 2 });
  expect(await checkRecord(sql)).toEqual([]);
  const stored = await sql<{ address: string; content: string }[]>`
    select concat_ws('/', type, id, version) as address, content from record.resource where type = 'Patient'
    union all
    select concat_ws('/', type, id, version), content from record.history where type = 'Patient'`;
  const contents = new Map(stored.map(({ address, content }) => [address, content]));
  const lost = [...told.versions].filter(([address, content]) => contents.get(address) !== content);
  expect(lost).toEqual([]);
  const parts = await sql<{ tag: string; count: number }[]>`
    select content::jsonb #>> '{code,coding,0,code}' as tag, count(*) as count
    from record.resource where type = 'Observation' group by 1`;
  expect(parts.filter(({ count }) => count !== partsOfTransaction)).toEqual([]);
  const whole = new Set(parts.map(({ tag }) => tag));
  expect([...told.transactions.keys()].filter((tag) => !whole.has(tag))).toEqual([]);
  await close();
  const client = createClient(baseUrl);
  const [last] = [...told.transactions.keys()].slice(-1);
  const found: JsonObject = (await client.get(`Observation?code=${last}`)).body;
  expect(found['total']).toBe(partsOfTransaction);
}

async function waitUntilAnswered(baseUrl: string): Promise<void> {
  const client = createClient(baseUrl);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await client.get('Patient?_summary=count').catch(() => undefined))?.status === 200) {
      return;
    }
    await delay(100);
  }
  throw new Error('the record does not answer any more');
}

it('what was acknowledged outlives the killing of the program and of PostgreSQL, and nothing is half written', async () => {
  const told: Acknowledged = { versions: new Map(), transactions: new Map(), attempts: 0 };
  for (const [round, victim] of ['program', 'postgres', 'program', 'postgres'].entries()) {
    const before = told.versions.size + told.transactions.size;
    const baseUrl = await serve();
    const stop = { now: false };
    const writers = Promise.all(
      Array.from({ length: 4 }, (_, at) => writeUntil(stop, baseUrl, `r${round}w${at}`, told)),
    );
    await delay(900 + 300 * round);
    if (victim === 'program') {
      served?.child.kill('SIGKILL');
    } else {
      process.kill(postgres.pid, 'SIGKILL');
      await delay(1500); // writers go on against the database as it comes back
      await waitUntilAnswered(baseUrl);
    }
    stop.now = true;
    await writers;
    expect(told.versions.size + told.transactions.size).toBeGreaterThan(before);
    const after = victim === 'program' ? await serve() : baseUrl;
    await waitUntilAnswered(after);
    await checkAll(after, told);
    served?.child.kill('SIGKILL');
  }
  expect(told.versions.size).toBeGreaterThan(50);
  expect(told.transactions.size).toBeGreaterThan(20);
}, 120_000);
