import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { openProgramDatabase } from '#platform/database';
import { migrationParts } from '../../src/migration-parts.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../support/import-program.ts');
const resources = 12_000;

const removals: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** Patients and observations of theirs, valid and all different. */
function ndjson(): string {
  const lines = Array.from({ length: resources }, (_, number) => {
    const id = `kill-${number}`;
    return number % 4 === 0
      ? { resourceType: 'Patient', id, birthDate: '1990-01-01', name: [{ family: `Test${number}` }] }
      : {
          resourceType: 'Observation',
          id,
          status: 'final',
          code: { text: 'count' },
          subject: { reference: `Patient/kill-${number - (number % 4)}` },
          valueQuantity: { value: number, unit: '1' },
        };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

type Attempt = {
  readonly child: ChildProcess;
  readonly acknowledged: () => number;
  readonly finished: () => string | undefined;
};

function startImport(dataDir: string, file: string): Attempt {
  const child = spawn(process.execPath, [program, dataDir, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = 0;
  let finished: string | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, ...rest] = line.split(' ');
    if (word === 'acknowledged') acknowledged = Number(rest[0]);
    if (word === 'finished') finished = rest.join(' ');
  });
  return { child, acknowledged: () => acknowledged, finished: () => finished };
}

type Counts = {
  resources: number;
  versions: number;
  changes: number;
  audits: number;
  patients: number;
  entries: number;
};

async function countRecord(dataDir: string): Promise<Counts> {
  const database = await openProgramDatabase({ dataDir, migrationParts, program: 'the test' });
  try {
    const [row] = await database.sql<Counts[]>`
      select
        (select count(*)::int from record.resource) as resources,
        (select coalesce(sum(version), 0)::int from record.resource) as versions,
        (select count(*)::int from record.change) as changes,
        (select count(*)::int from audit.entry where action <> 'R') as audits,
        (select count(distinct patient)::int from record.resource) as patients,
        (select count(*)::int from record.range_entry) as entries`;
    if (!row) throw new Error('no counts');
    return row;
  } finally {
    await database.close();
  }
}

async function killServerOf(dataDir: string): Promise<void> {
  const [pid = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

it('keeps every acknowledged resource, and no half of a portion, when the import or PostgreSQL is killed', async () => {
  const { path, remove } = await makeTempFolder();
  removals.push(remove);
  const dataDir = join(path, 'data');
  const file = join(path, 'kill.ndjson');
  await writeFile(file, ndjson());
  let stored = 0;
  for (const victim of ['import', 'server', 'import', 'both'] as const) {
    const { child, acknowledged } = startImport(dataDir, file);
    const ended = once(child, 'exit');
    await expect.poll(acknowledged, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(500);
    const promised = stored + acknowledged();
    if (victim !== 'import') await killServerOf(dataDir);
    if (victim !== 'server') child.kill('SIGKILL');
    await ended;
    const counts = await countRecord(dataDir);
    expect(counts.resources).toBeGreaterThanOrEqual(promised);
    expect(counts).toMatchObject({ versions: counts.resources, changes: counts.resources, audits: counts.resources });
    expect(counts.resources % 500).toBe(0);
    stored = counts.resources;
  }
  const last = startImport(dataDir, file);
  await once(last.child, 'exit');
  expect(last.finished()).toBe(`${resources - stored} 0 0 0`);
  expect(await countRecord(dataDir)).toMatchObject({
    resources,
    versions: resources,
    changes: resources,
    patients: resources / 4,
    entries: resources - resources / 4,
  });
}, 180_000);
