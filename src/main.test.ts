import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningVsis, runVsis } from '../test/support/run-vsis.ts';
import { makeTempFolder } from '../test/support/temp-folder.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function tempFolder(): Promise<string> {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  return folder.path;
}

/** Starts the program without a country, on a free port. */
function start(dataDir: string, ...flags: string[]): RunningVsis {
  const program = runVsis('src/main.ts', ['--data-dir', dataDir, '--port', '0', '--no-demo', ...flags]);
  cleanUps.push(async () => {
    program.signal('SIGINT');
    await program.ended;
  });
  return program;
}

async function addressOf(program: RunningVsis): Promise<string> {
  return (await program.says(/Address +(http:\/\/\S+)\/\n[\s\S]*Stop +Ctrl-C/))[1] ?? '';
}

const isReady = async (address: string): Promise<number> => (await fetch(`${address}/health/ready`)).status;

describe('the program', { timeout: 60_000 }, () => {
  it('starts, says where it is, stops in order, and finds its data again', async () => {
    const dataDir = await tempFolder();
    const first = start(dataDir);
    const address = await addressOf(first);
    expect(first.output()).toContain(dataDir);
    expect(await isReady(address)).toBe(200);
    const created = await fetch(`${address}/fhir/Basic`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Basic', code: { text: 'kept' } }),
    });
    expect(created.status).toBe(201);
    first.signal('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.output()).toMatch(/Stopping …\nStopped\.\n$/);

    const second = start(dataDir);
    const again = await addressOf(second);
    const location = new URL(created.headers.get('location') ?? '');
    expect((await fetch(`${again}${location.pathname}`)).status).toBe(200);
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('counts the signals of one key press as one', async () => {
    const program = start(await tempFolder());
    await addressOf(program);
    for (let press = 0; press < 4; press += 1) program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });

  it('is ready only while its database answers, and again when it is back', async () => {
    const dataDir = await tempFolder();
    const program = start(dataDir);
    const address = await addressOf(program);
    const serverPid = Number((await readFile(`${dataDir}/postgres/postmaster.pid`, 'utf8')).split('\n')[0]);
    process.kill(serverPid, 'SIGKILL');
    await expect.poll(() => isReady(address), { timeout: 10_000, interval: 5 }).toBe(503);
    await expect.poll(() => isReady(address), { timeout: 20_000, interval: 100 }).toBe(200);
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
  }, 40_000);

  it('tells the machine that watches it of its life and its work, on a port of its own', async () => {
    const program = start(await tempFolder(), '--operations-port', '0');
    const address = await addressOf(program);
    const operations = (await program.says(/Metrics +(http:\/\/\S+)\/metrics\n/))[1] ?? '';
    const patient = { resourceType: 'Patient', name: [{ family: 'Məxfi' }] };
    const headers = { 'Content-Type': 'application/fhir+json' };
    await fetch(`${address}/fhir/Patient`, { method: 'POST', headers, body: JSON.stringify(patient) });
    await fetch(`${address}/fhir/Patient?name=Gizli`);
    const text = await (await fetch(`${operations}/metrics`)).text();
    for (const line of [
      /^vsis_http_request_seconds_count\{method="POST",route="\/fhir\/:type",status="201"\} 1$/m,
      /^vsis_store_writes_total\{outcome="created"\} 1$/m,
      /^vsis_store_search_seconds_count [1-9]\d*$/m,
      /^vsis_store_validation_seconds_count 1$/m,
      /^vsis_store_group_items_count\{of="audit"\} 1$/m,
      /^vsis_database_connections\{state="limit"\} \d+$/m,
      /^vsis_event_loop_utilization_ratio\{process="0"\} 0\.\d+$/m,
      /^vsis_process_memory_bytes\{use="resident",process="0"\} \d+$/m,
      /^vsis_data_disk_free_bytes \d+$/m,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).not.toMatch(/Məxfi|Gizli/);
    expect((await fetch(`${address}/metrics`)).headers.get('content-type')).not.toMatch(/^text\/plain/);
    for (const origin of [address, operations]) {
      const startup = await fetch(`${origin}/health/startup`);
      expect([startup.status, await startup.json()]).toEqual([200, { status: 'started' }]);
      const ready = await fetch(`${origin}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ready', checks: { database: 'ok', schema: 'ok', disk: 'ok', writes: 'ok' } },
      ]);
    }
  });

  it('is not ready while its disk is too full', async () => {
    const program = start(await tempFolder(), '--disk-free-mb', '1000000000');
    const ready = await fetch(`${await addressOf(program)}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: expect.stringMatching(/^only \d+ MB are free where the data lie$/),
      checks: { database: 'ok', schema: 'ok' },
    });
  });

  it('refuses a taken port before it touches the database', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    cleanUps.push(async () => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const program = start(await tempFolder(), '--port', String(port));
    expect(await program.ended).toBe(10);
    expect(program.output()).toBe(
      `\nPort ${port} of 127.0.0.1 is taken, perhaps by a VSİS that already runs. Choose another: VSIS_PORT=${port + 1} npm start\n`,
    );
  });

  it('refuses a data folder that another program uses', async () => {
    const dataDir = await tempFolder();
    const first = start(dataDir);
    await addressOf(first);
    const second = start(dataDir);
    expect(await second.ended).toBe(13);
    expect(second.output()).toContain(`in use by vsis start (process ${first.pid})`);
  });

  it('refuses to be seen by other machines while there is no sign-in', async () => {
    const program = start(await tempFolder(), '--host', '0.0.0.0');
    expect(await program.ended).toBe(2);
    expect(program.output()).toContain(
      '--host must be an address of this machine alone (127.0.0.1): there is no sign-in yet',
    );
  });

  it('names all wrong settings at once', async () => {
    const program = start(await tempFolder(), '--port', 'many', '--data-dri', 'x');
    expect(await program.ended).toBe(2);
    expect(program.output()).toContain('--port must be a port');
    expect(program.output()).toContain('--data-dri is not a setting; did you mean --data-dir?');
  });
});

describe('vsis', { timeout: 60_000 }, () => {
  async function vsis(...args: string[]): Promise<{ code: number | null; output: string }> {
    const program = runVsis('src/cli.ts', args);
    return { code: await program.ended, output: program.output() };
  }

  it.each([
    [['--help'], 0, /^vsis <command>[\s\S]*migrate/],
    [[], 2, /^vsis <command>/],
    [['migrat'], 2, /There is no command migrat\./],
    [['migrate', '--help'], 0, /^vsis migrate\n/],
    [['migrate', '--bogus'], 2, /Unknown option '--bogus'[\s\S]*vsis migrate/],
    [['config', '--port', '1234'], 0, /VSIS_PORT=1234 +--port/],
    [['config', '--database-url', 'postgres://a:geheim@b/c'], 0, /DATABASE_URL=\(secret\)/],
  ])('%j', async (args, code, output) => {
    const result = await vsis(...args);
    expect(result.output).toMatch(output);
    expect(result.output).not.toContain('geheim');
    expect(result.code).toBe(code);
  });

  it('works beside a running program, and by itself', async () => {
    const dataDir = await tempFolder();
    const alone = await vsis('migrate', '--data-dir', dataDir);
    expect(alone).toMatchObject({ code: 0, output: expect.stringContaining('The schema is up to date') });
    const program = start(dataDir);
    const address = await addressOf(program);
    const beside = await vsis('migrate', '--data-dir', dataDir);
    expect(beside).toMatchObject({ code: 0, output: expect.stringContaining('The schema is up to date') });
    expect(await isReady(address)).toBe(200);
  });
});
