import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { checkRecord } from '../support/check-record.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createClient } from '../support/fhir-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../support/bulk-program.ts');
const resources = 12_000;
const wrong = 10;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A certificate that nobody but the program under test trusts; undefined where there is no openssl to make one. */
function makeCertificate(folder: string): { key: Buffer; cert: Buffer; file: string } | undefined {
  const file = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', keyFile, '-out', file];
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { key: readFileSync(keyFile), cert: readFileSync(file), file };
}

function lines(): string {
  const line = (at: number): string =>
    at % (resources / wrong) === 7
      ? '{"resourceType":"Basic","id":"no code"}'
      : `{"resourceType":"Basic","id":"b${at}","code":{"text":"x"}}`;
  return Array.from({ length: resources }, (_, at) => `${line(at)}\n`).join('');
}

async function serveFile(server: Server): Promise<string> {
  server.on('request', (_request, response) => response.end(lines()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // as: it listens on a port
}

type Started = { readonly child: ChildProcess; readonly base: string };

async function startProgram(database: TestDatabase, folder: string, host: string, ca: string): Promise<Started> {
  const args = ['--disable-warning=ExperimentalWarning', program, database.url, folder, host];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
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

async function stored({ sql }: TestDatabase): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from record.resource`;
  return row?.count ?? 0;
}

it('fetches a file from an allowed host, and goes on with it in another process when one is killed', async (test) => {
  const { path, remove } = await makeTempFolder();
  cleanups.push(remove);
  const certificate = makeCertificate(path);
  if (!certificate) {
    test.skip('there is no openssl to make a certificate');
    return;
  }
  const database = await createTestDatabase();
  cleanups.push(() => database.drop());
  const host = await serveFile(createServer(certificate));
  const folder = join(path, 'bulk');
  const first = await startProgram(database, folder, host, certificate.file);
  const input = { name: 'input', part: [{ name: 'url', valueUri: `https://${host}/data.ndjson` }] };
  const kickOff = await createClient(first.base).post('$import', { resourceType: 'Parameters', parameter: [input] });
  expect(kickOff.status).toBe(202);
  const [, id = ''] = /async\/(.+)$/.exec(kickOff.headers.get('content-location') ?? '') ?? [];
  await expect.poll(() => stored(database), { timeout: 30_000, interval: 5 }).toBeGreaterThan(1000);
  await kill(first.child);
  const before = await stored(database);
  expect(before).toBeLessThan(resources - wrong);
  const second = await startProgram(database, folder, host, certificate.file);
  const client = createClient(second.base);
  await expect.poll(async () => (await client.get(`async/${id}`)).status, { timeout: 60_000 }).toBe(200);
  expect(await stored(database)).toBe(resources - wrong);
  expect(await checkRecord(database.ownerSql)).toEqual([]);
  const { body } = await client.get(`async/${id}`);
  const { created, unchanged, refused } = body['extension'] as Record<string, number>; // as: the manifest says so
  expect(unchanged).toBe(0);
  // the two portions that were on their way when the process was killed may not be among the counts
  expect(resources - wrong - (created ?? 0)).toBeLessThanOrEqual(2000);
  expect(wrong - (refused ?? 0)).toBeLessThanOrEqual(1);
  const files = body['error'] as { url: string; count: number }[]; // as: likewise
  const told = await Promise.all(files.map(async ({ url }) => (await client.get(url.replace(/^.*\/fhir\//, ''))).text));
  const places = told.join('').match(/data\.ndjson#\d+|input-0\.ndjson#\d+/g) ?? [];
  expect(new Set(places).size).toBe(wrong);
}, 120_000);
