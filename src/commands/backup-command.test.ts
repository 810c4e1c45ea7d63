import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { writeResources } from '#platform/store';
import { runVsis } from '../../test/support/run-vsis.ts';
import { migrationParts } from '../migration-parts.ts';

// Servers of its own: a backup is one of a whole data folder.
let folder: string;
let dataDir: string;
let archive: string;
let database: ProgramDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vsis-backup-'));
  await chmod(folder, 0o711); // the account PostgreSQL runs as must be able to enter
  dataDir = join(folder, 'data');
  archive = join(folder, "the arch%ive's");
  database = await open(dataDir, archive);
}, 120_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (data: string, archiveDir?: string) =>
  openProgramDatabase({ dataDir: data, archiveDir, migrationParts, program: 'a test' });

async function write(id: string): Promise<void> {
  const store = { sql: database.sql, now: () => new Date() };
  const resource = { resourceType: 'Basic', id, code: { text: 'x' } };
  await writeResources(store, { name: 'tester' }, [{ kind: 'update', type: 'Basic', target: id, resource }]);
}

async function vsis(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = runVsis('src/cli.ts', args);
  return { code: await program.ended, output: program.output() };
}

/** Writes one resource after the other until it is told to end; gives the ids that were acknowledged so far. */
function writeSteadily(prefix: string): { acknowledged: string[]; end: () => Promise<void> } {
  const acknowledged: string[] = [];
  let running = true;
  const ended = (async () => {
    for (let number = 0; running; number += 1) {
      await write(`${prefix}-${number}`);
      acknowledged.push(`${prefix}-${number}`);
    }
  })();
  return {
    acknowledged,
    end: async () => {
      running = false;
      await ended;
    },
  };
}

async function idsIn(data: string): Promise<string[]> {
  const restored = await open(data);
  try {
    const rows = await restored.sql<{ id: string }[]>`select id from record.resource where type = 'Basic' order by id`;
    return rows.map(({ id }) => id);
  } finally {
    await restored.close();
  }
}

/** Waits until all that is written by now is in the archive. */
async function archiveAll(): Promise<void> {
  const [row] = await database.sql<{ segment: string }[]>`select pg_walfile_name(pg_current_wal_lsn()) as segment`;
  const owner = openDatabase(database.ownerUrl, { max: 1 });
  await owner.sql`select pg_switch_wal()`;
  await owner.close();
  await expect.poll(async () => readdir(archive), { timeout: 60_000 }).toContain(row?.segment);
}

describe('backup and restore', { timeout: 180_000 }, () => {
  it('brings back every write acknowledged before the end of a backup taken under load', async () => {
    const writer = writeSteadily('load');
    const backup = join(folder, 'under-load');
    const taken = await vsis('backup', '--to', backup, '--data-dir', dataDir);
    expect(taken).toEqual({ code: 0, output: expect.stringContaining('files,') });
    await writer.end();
    const finishedAt = /acknowledged before (\S+)\.\n/.exec(taken.output)?.[1] ?? '';
    const rows = await database.sql<{ id: string }[]>`
      select id from record.resource where type = 'Basic' and updated < ${finishedAt}::text::timestamptz - interval '1 second'`;
    expect(rows.length).toBeGreaterThan(10);
    expect(((await stat(backup)).mode & 0o777).toString(8)).toBe('700');
    expect(((await stat(join(backup, 'postgres/PG_VERSION'))).mode & 0o777).toString(8)).toBe('600');
    expect(await vsis('restore', '--from', backup, '--data-dir', join(folder, 'restored'))).toMatchObject({ code: 0 });
    const restored = new Set(await idsIn(join(folder, 'restored')));
    expect(rows.filter(({ id }) => !restored.has(id))).toEqual([]);
    expect([...restored].filter((id) => !writer.acknowledged.includes(id)).length).toBeLessThanOrEqual(1);
  });

  it('restores the state of a moment between two writes, and everything without one', async () => {
    const backup = join(folder, 'for-a-moment');
    expect(await vsis('backup', '--to', backup, '--data-dir', dataDir)).toMatchObject({ code: 0 });
    await write('before-the-moment');
    await delay(50);
    const [row] = await database.sql<{ now: string }[]>`select clock_timestamp() as now`;
    const moment = new Date(Date.parse(row?.now ?? '')).toISOString();
    await delay(50);
    await write('after-the-moment');
    await archiveAll();
    const then = join(folder, 'then');
    const asked = ['restore', '--from', backup, '--archive', archive, '--data-dir'];
    const until = await vsis(...asked, then, '--until', moment);
    expect(until).toEqual({ code: 0, output: expect.stringContaining('The last change taken from the log: 2') });
    const ids = await idsIn(then);
    expect(ids).toContain('before-the-moment');
    expect(ids).not.toContain('after-the-moment');
    expect(await vsis(...asked, join(folder, 'now'))).toMatchObject({ code: 0 });
    expect(await idsIn(join(folder, 'now'))).toContain('after-the-moment');
    const far = await vsis(...asked, join(folder, 'far'), '--until', '2100-01-01T00:00:00Z');
    expect([far.code, far.output]).toEqual([32, expect.stringContaining('has no change at or after 2100-01-01')]);
    expect(await readdir(join(folder, 'far'))).not.toContain('postgres');
    const early = await vsis(...asked, join(folder, 'early'), '--until', '2020-01-01T00:00:00Z');
    expect([early.code, early.output]).toEqual([32, expect.stringContaining('Use an older backup')]);
  });

  it('copies the database of a program that does not run', async () => {
    const stopped = join(folder, 'restored');
    const backup = join(folder, 'of-stopped');
    expect(await vsis('backup', '--to', backup, '--data-dir', stopped)).toMatchObject({ code: 0 });
    expect(await vsis('verify', '--backup', backup)).toMatchObject({ code: 0 });
  });

  it('finds what is damaged, missing or foreign, and does not restore it', async () => {
    const backup = join(folder, 'of-stopped');
    const version = join(backup, 'postgres/PG_VERSION');
    const before = await readFile(version, 'utf8');
    await writeFile(version, before.replace(/./, '9'));
    await rm(join(backup, 'postgres/postgresql.conf'));
    await appendFile(join(backup, 'postgres/pg_hba.conf'), '# more\n');
    await writeFile(join(backup, 'postgres/foreign'), '');
    const verified = await vsis('verify', '--backup', backup);
    expect(verified.code).toBe(33);
    expect(verified.output).toContain('postgres/PG_VERSION: has other content than was written');
    expect(verified.output).toContain('postgres/postgresql.conf: is missing');
    expect(verified.output).toMatch(/postgres\/pg_hba\.conf: has \d+ bytes instead of \d+/);
    expect(verified.output).toContain('postgres/foreign: is not part of the backup');
    const restored = await vsis('restore', '--from', backup, '--data-dir', join(folder, 'damaged'));
    expect([restored.code, restored.output]).toEqual([31, expect.stringContaining('is missing or damaged')]);
    expect(await readdir(join(folder, 'damaged'))).not.toContain('postgres');
  });

  it('refuses what would overwrite, and wrong usage', async () => {
    const backup = join(folder, 'under-load');
    const calls: [number, RegExp, string[]][] = [
      [2, /^vsis backup --to/, ['backup']],
      [2, /^vsis restore --from/, ['restore']],
      [29, /is not empty\. Choose a new folder/, ['backup', '--to', backup, '--data-dir', dataDir]],
      [29, /lies within the database/, ['backup', '--to', join(dataDir, 'postgres/b'), '--data-dir', dataDir]],
      [30, /There is no database in/, ['backup', '--to', join(folder, 'b'), '--data-dir', join(folder, 'none')]],
      [29, /is not empty\. Restore into a new folder/, ['restore', '--from', backup, '--data-dir', dataDir]],
      [31, /is no backup of VSİS/, ['restore', '--from', dataDir, '--data-dir', join(folder, 'new')]],
      [2, /is no moment/, ['restore', '--from', backup, '--data-dir', join(folder, 'new'), '--until', 'yesterday']],
      [2, /needs the log/, ['restore', '--from', backup, '--until', '2026-01-01T00:00:00Z']],
      [
        28,
        /with its own tools/,
        ['backup', '--to', join(folder, 'b'), '--database-url', 'postgres://a:b@127.0.0.1:1/c'],
      ],
    ];
    const ended = await Promise.all(calls.map(async ([, , args]) => vsis(...args)));
    for (const [at, [code, text]] of calls.entries())
      expect(ended[at]).toEqual({ code, output: expect.stringMatching(text) });
  });
});
