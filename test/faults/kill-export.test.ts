import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { importFiles } from '#platform/exchange';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createClient } from '../support/fhir-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../support/bulk-program.ts');
const resources = 20_000;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function startProgram(database: TestDatabase, folder: string): Promise<{ child: ChildProcess; base: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, database.url, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => kill(child));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]; // as: lines are texts
  return { child, base: `${line}/fhir` };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

async function fill(database: TestDatabase, folder: string): Promise<void> {
  const file = join(folder, 'basics.ndjson');
  const lines = Array.from(
    { length: resources },
    (_, at) => `{"resourceType":"Basic","id":"b${at}","code":{"text":"x"}}`,
  );
  await writeFile(file, lines.join('\n'));
  const store = { sql: database.sql, now: () => new Date() };
  await importFiles(store, { name: 'test' }, [file], { onRefused: () => undefined });
}

type Place = { readonly next: number | null; readonly attempt: number; readonly state: string };

async function placeOf({ sql }: TestDatabase): Promise<Place | undefined> {
  const [row] = await sql<Place[]>`
    select case when progress ->> 'phase' = 'buckets' then (progress ->> 'next')::int end as next, attempt, state
    from bulk.job`;
  return row;
}

/** Waits until the export has moved beyond a bucket in the given attempt, and says how far. */
async function afterMoving(
  database: TestDatabase,
  { attempt, reached }: { attempt: number; reached: number },
): Promise<number> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const place = await placeOf(database);
    if (place?.attempt === attempt && (place.next ?? 0) > reached) return place.next ?? 0;
    if (place?.state === 'done') throw new Error(`the export ended in attempt ${place.attempt}, before it was killed`);
    if (Date.now() > deadline) throw new Error(`the export does not move: ${JSON.stringify(place)}`);
  }
}

it('goes on with an export where a killed process left it, without a gap or a duplicate', async () => {
  const database = await createTestDatabase();
  cleanups.push(() => database.drop());
  const { path, remove } = await makeTempFolder();
  cleanups.push(remove);
  await fill(database, path);
  const folder = join(path, 'bulk');
  const first = await startProgram(database, folder);
  const kickOff = await createClient(first.base).get('$export', { Prefer: 'respond-async' });
  const [, id = ''] = /async\/(.+)$/.exec(kickOff.headers.get('content-location') ?? '') ?? [];
  let victim = first.child;
  let reached = 0;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const next = await afterMoving(database, { attempt, reached });
    await kill(victim);
    reached = next;
    victim = (await startProgram(database, folder)).child;
  }
  await afterMoving(database, { attempt: 3, reached });
  // a second process that waits beside takes over from the third
  const last = await startProgram(database, folder);
  await kill(victim);
  const client = createClient(last.base);
  await expect.poll(async () => (await client.get(`async/${id}`)).status, { timeout: 30_000 }).toBe(200);
  const { body } = await client.get(`async/${id}`);
  const output = body['output'] as { url: string; count: number }[]; // as: the manifest of Bulk Data
  const texts = await Promise.all(
    output.map(async ({ url }) => (await client.get(url.replace(/^.*\/fhir\//, ''))).text),
  );
  const ids = texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => String(JSON.parse(line).id)),
  );
  expect(ids.length).toBe(resources);
  expect(new Set(ids).size).toBe(resources);
  expect((await placeOf(database))?.attempt).toBeGreaterThanOrEqual(3);
}, 120_000);
