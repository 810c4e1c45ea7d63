import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../../../test/support/small-disk.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { openDatabase } from './connect.ts';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts';

const memoryBytes = 512 * 1024 ** 2;
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function tempFolder(): Promise<string> {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  return folder.path;
}

async function start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, memoryBytes, ...options });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await server.stop();
    stopped = true;
  };
  cleanUps.push(stop);
  return {
    ...server,
    stop,
    get pid() {
      return server.pid;
    },
  };
}

async function ask<T>(server: EmbeddedPostgres, statement: string): Promise<T> {
  const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 1 });
  try {
    const [row] = await sql.unsafe(statement);
    return row?.['value'] as T; // the caller wrote the statement
  } finally {
    await close();
  }
}

describe('the embedded server', () => {
  it('keeps its data from one start to the next, durable and closed to strangers', async () => {
    const dataDir = await tempFolder();
    const first = await start(dataDir);
    await ask(first, 'create table kept as select 42 as value');
    const settings = await ask(
      first,
      `select string_agg(name || '=' || setting, ' ' order by name) as value from pg_settings
       where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'server_encoding', 'data_checksums',
         'max_locks_per_transaction', 'password_encryption')`,
    );
    expect(settings).toBe(
      'data_checksums=on fsync=on full_page_writes=on listen_addresses= max_locks_per_transaction=256 ' +
        'password_encryption=scram-sha-256 server_encoding=UTF8 synchronous_commit=on',
    );
    await first.stop();
    const second = await start(dataDir);
    expect(await ask(second, 'select value from kept')).toBe(42);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'secrets/database-owner-password'))).mode & 0o777).toBe(0o600);
  });

  it('wants the password', async () => {
    const server = await start(await tempFolder());
    const url = new URL(server.ownerUrl('postgres'));
    url.password = 'guessed';
    const { sql, close } = openDatabase(url.href, { max: 1 });
    await expect(sql`select 1`).rejects.toMatchObject({ code: '28P01' });
    await close();
  });

  it('scales its memory from the machine', async () => {
    const server = await start(await tempFolder(), { memoryBytes: 2 * 1024 ** 3 });
    expect(await ask(server, "select current_setting('shared_buffers') as value")).toBe('256MB');
  });

  it('does not run as root', async () => {
    const server = await start(await tempFolder());
    const uid = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))?.[1];
    expect(uid).not.toBe('0');
  });

  it('takes a long folder name, too long for a socket', async () => {
    const dataDir = join(await tempFolder(), 'a-long-name-'.repeat(8), 'data');
    const server = await start(dataDir);
    expect(await ask(server, 'select 7 as value')).toBe(7);
  });

  it('listens on a TCP port of 127.0.0.1 when asked', async () => {
    const server = await start(await tempFolder(), { port: 0 });
    const url = new URL(server.ownerUrl('postgres'));
    url.searchParams.delete('host');
    const { sql, close } = openDatabase(url.href, { max: 1 });
    const [row] = await sql<{ address: string }[]>`select host(inet_server_addr()) as address`;
    expect(row?.address).toBe('127.0.0.1');
    await close();
  });
});

describe('a server that ends unasked', () => {
  it('is started again, also when it is killed repeatedly, and loses nothing', async () => {
    const server = await start(await tempFolder());
    const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 2 });
    await sql`create table kept (number integer)`;
    for (const number of [1, 2, 3]) {
      await sql`insert into kept values (${number})`;
      const killed = server.pid;
      process.kill(killed, 'SIGKILL');
      await expect.poll(() => server.pid, { timeout: 15_000 }).not.toBe(killed);
    }
    const [row] = await sql<{ numbers: number[] }[]>`select array_agg(number order by number) as numbers from kept`;
    expect(row?.numbers).toEqual([1, 2, 3]);
    await close();
  });

  it('is given up with its reason when it cannot be started any more', async () => {
    const dataDir = await tempFolder();
    const gaveUp = Promise.withResolvers<Error>();
    const server = await start(dataDir, { onGiveUp: gaveUp.resolve });
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '99\n');
    process.kill(server.pid, 'SIGKILL');
    expect(await gaveUp.promise).toMatchObject({ code: 'database.folder-version', exitCode: 16 });
  }, 60_000);
});

describe('a folder that cannot be used', () => {
  it('is refused while another program holds it, and free again afterwards', async () => {
    const dataDir = await tempFolder();
    const first = await start(dataDir, { program: 'vsis import' });
    const second = start(dataDir);
    await expect(second).rejects.toMatchObject({ code: 'database.folder-in-use', exitCode: 13 });
    await expect(second).rejects.toThrow(`in use by vsis import (process ${process.pid})`);
    await first.stop();
    expect((await start(dataDir)).pid).not.toBe(first.pid);
  });

  it('is taken over from a program that died, even if its process number lives on', async () => {
    const dataDir = await tempFolder();
    const holders = [
      { pid: 2 ** 22 + 1, startedAt: '1', program: 'a dead program' },
      { pid: process.pid, startedAt: '1', program: 'a program with our number before us' },
    ];
    for (const holder of holders) {
      await writeFile(join(dataDir, 'program.lock'), JSON.stringify(holder));
      const server = await start(dataDir);
      await server.stop();
    }
    await writeFile(join(dataDir, 'program.lock'), 'cut off in the midd');
    expect(await ask(await start(dataDir), 'select 1 as value')).toBe(1);
  });

  it('is refused when another PostgreSQL version wrote it', async () => {
    const dataDir = await tempFolder();
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '99\n');
    const attempt = start(dataDir);
    await expect(attempt).rejects.toMatchObject({ code: 'database.folder-version', exitCode: 16 });
    await expect(attempt).rejects.toThrow(
      /written by PostgreSQL 99, and this VSİS carries 18\. Start the VSİS that wrote it/,
    );
  });

  it.runIf(process.getuid?.() === 0)('is refused when the account of PostgreSQL cannot enter it', async () => {
    const closed = await tempFolder();
    await chmod(closed, 0o700);
    const attempt = start(join(closed, 'vsis/data'));
    await expect(attempt).rejects.toMatchObject({ code: 'database.folder-unreachable', exitCode: 12 });
    await expect(attempt).rejects.toThrow(/cannot enter .* Start with: VSIS_DATA_DIR=\/var\/lib\/vsis npm start$/);
    await expect(stat(join(closed, 'vsis'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    cleanUps.push(async () => other.close());
    await expect.poll(() => other.listening).toBe(true);
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const attempt = start(await tempFolder(), { port });
    await expect(attempt).rejects.toMatchObject({ code: 'database.port-in-use', exitCode: 11 });
    await expect(attempt).rejects.toThrow(`Port ${port} for PostgreSQL is taken`);
  });
});

const canMount = await mountSmallDisk(1).then(async (disk) => {
  await disk?.unmount();
  return disk !== undefined;
});

describe.runIf(canMount)('a disk', () => {
  async function disk(megabytes: number) {
    const mounted = await mountSmallDisk(megabytes);
    if (!mounted) throw new Error('A disk could be mounted a moment ago.');
    cleanUps.push(mounted.unmount);
    return mounted;
  }

  it('that is full at the first start is named, and nothing half-made stays', async () => {
    const { path } = await disk(16);
    const attempt = start(path);
    await expect(attempt).rejects.toMatchObject({ code: 'database.disk-full', exitCode: 14 });
    await expect(attempt).rejects.toThrow(/^No space is left on the disk of .* Free some space there/);
    await expect(stat(join(path, 'postgres'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is full at a later start is named, and the data are there once it has room again', async () => {
    const { path } = await disk(200);
    const server = await start(path);
    await ask(server, 'create table kept as select 1 as value');
    await server.stop();
    spawnSync('dd', ['if=/dev/zero', `of=${join(path, 'filler')}`, 'bs=64k']);
    await expect(start(path)).rejects.toMatchObject({ code: 'database.disk-full', exitCode: 14 });
    await rm(join(path, 'filler'));
    expect(await ask(await start(path), 'select value from kept')).toBe(1);
  });

  it('that is read-only is named, at the first start and at a later one', async () => {
    const fresh = await disk(1);
    await fresh.makeReadOnly();
    await expect(start(join(fresh.path, 'data'))).rejects.toMatchObject({
      code: 'database.disk-read-only',
      exitCode: 15,
    });
    const used = await disk(200);
    const server = await start(used.path);
    await server.stop();
    await used.makeReadOnly();
    const attempt = start(used.path);
    await expect(attempt).rejects.toMatchObject({ code: 'database.disk-read-only', exitCode: 15 });
    await expect(attempt).rejects.toThrow(/is read-only\. Make it writable, or set VSIS_DATA_DIR/);
  });
});

it.runIf(!canMount)('full and read-only disks are tried as root only, since that takes mounting one', () => {
  expect(canMount).toBe(false);
});

it('stops at once when it is asked to', async () => {
  const server = await start(await tempFolder());
  const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 1 });
  const sleeping = sql`select pg_sleep(60)`.catch((error: unknown) => error);
  await delay(100);
  const startedMs = performance.now();
  await server.stop();
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect(await sleeping).toBeInstanceOf(Error);
  await close();
});

/** The processes that work in a folder, as PostgreSQL's all do. */
async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder ? [Number(pid)] : [])),
  );
  return found.flat();
}

describe.runIf(process.platform === 'linux')('a server that is stopped leaves no process and no lock', () => {
  it('at any moment of its first second, under connections that come and go', async () => {
    const dataDir = await tempFolder();
    let rows = 0;
    for (let round = 0; round < 8; round += 1) {
      const server = await start(dataDir);
      const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 4 });
      await sql`create table if not exists kept (number integer)`;
      const working = Array.from({ length: 8 }, async () => {
        for (;;) await sql`insert into kept values (1)`.then(() => (rows += 1));
      }).map((work) => work.catch(() => undefined));
      await delay(Math.random() * 1_000);
      const startedMs = performance.now();
      await server.stop();
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      expect(await processesIn(join(dataDir, 'postgres'))).toEqual([]);
      await expect(stat(join(dataDir, 'program.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
      await close();
      await Promise.all(working);
    }
    expect(await ask<number>(await start(dataDir), 'select count(*)::int as value from kept')).toBeGreaterThanOrEqual(
      rows,
    );
  }, 60_000);

  it.each([
    ['one of its processes heeds nothing', (_server: EmbeddedPostgres, session: number) => session],
    ['it heeds nothing itself', (server: EmbeddedPostgres) => server.pid],
  ])(
    'though %s, and loses nothing',
    async (_what, frozenOf) => {
      const dataDir = await tempFolder();
      const server = await start(dataDir, { stopPatience: { fastMs: 1_500, immediateMs: 1_500 } });
      const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 1 });
      await sql`create table kept as select 42 as value`;
      const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      process.kill(frozenOf(server, row?.pid ?? 0), 'SIGSTOP');
      const startedMs = performance.now();
      await server.stop();
      expect(performance.now() - startedMs).toBeLessThan(20_000);
      expect(await processesIn(join(dataDir, 'postgres'))).toEqual([]);
      await close();
      expect(await ask(await start(dataDir), 'select value from kept')).toBe(42);
    },
    60_000,
  );
});
