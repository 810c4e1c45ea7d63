import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { checkRecord } from '../support/check-record.ts';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { type Answer, createClient } from '../support/fhir-server.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { startWholeProgram } from '../support/whole-program.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const run = promisify(execFile);
const megabytes = 450;

const canMount = await mountSmallDisk(1).then(async (disk) => {
  await disk?.unmount();
  return disk !== undefined;
});

it.runIf(canMount)(
  'on a full disk writes are refused, reads go on with their records, and all is well by itself when there is room',
  async () => {
    const disk = await mountSmallDisk(megabytes);
    if (!disk) throw new Error('A disk could be mounted a moment ago.');
    cleanUps.push(disk.unmount);
    const vsis = await startWholeProgram({ dataDir: join(disk.path, 'data'), flags: ['--disk-free-mb', '1'] });
    cleanUps.push(vsis.end);
    const client = createClient(`${vsis.address}/fhir`);
    const owner = await vsis.openAsOwner();
    cleanUps.push(owner.close);
    const { id } = await client.create({ resourceType: 'Patient', name: [{ family: 'Kept' }] });

    const told: string[] = [];
    const answers = new Map<number, number>();
    const stop = { now: false };
    const writer = async (name: string): Promise<void> => {
      for (let number = 0; !stop.now; number += 1) {
        const answer = await client.post('Patient', {
          resourceType: 'Patient',
          name: [{ family: `${name} ${number}` }],
        });
        answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
        if (answer.status === 201) told.push(String(answer.body['id']));
      }
    };
    const writing = Promise.all(Array.from({ length: 8 }, (_, at) => writer(`w${at}`)));
    await expect.poll(() => told.length, { timeout: 60_000 }).toBeGreaterThan(50);
    const rounds = sized(1, 3);
    let reads = 0;
    for (let round = 0; round < rounds; round += 1) {
      const filler = join(disk.path, 'filler');
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']).catch(() => undefined); // until there is no room
      const write = (): Promise<Answer> => client.put('Patient/refused', { resourceType: 'Patient', id: 'refused' });
      const codeOf = async (): Promise<string> => JSON.stringify((await write()).body['issue'] ?? '');
      await expect.poll(codeOf, { timeout: 60_000 }).toContain('store.disk-full');
      const refusal = await write();
      expect([refusal.status, refusal.headers.get('Retry-After')]).toEqual([503, '2']);
      const readAll = async (): Promise<number[]> => {
        const paths = [`Patient/${id}`, 'Patient?name=kept', `Patient/${id}/_history`];
        return (await Promise.all(paths.map((path) => client.get(path)))).map(({ status }) => status);
      };
      await expect.poll(readAll, { timeout: 60_000 }).toEqual([200, 200, 200]);
      const ready = await fetch(`${vsis.address}/health/ready`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('no room for writes')]);
      const wanted = sized(300, 1_500);
      for (let read = 0; read < wanted / 3; read += 1) {
        expect(await readAll()).toEqual([200, 200, 200]);
        reads += 3;
      }
      const [row] = await owner.sql<{ count: number }[]>`
        select count(*)::int as count from audit.entry where action in ('R', 'S', 'H')`;
      expect(row?.count).toBeGreaterThanOrEqual(reads);
      await rm(filler);
      await expect.poll(async () => (await write()).status, { timeout: 60_000 }).toBeLessThan(300);
    }
    stop.now = true;
    await writing;
    expect([...answers.keys()].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    const stored = await owner.sql<{ id: string }[]>`select id from record.resource where type = 'Patient'`;
    const known = new Set(stored.map((each) => each.id));
    expect(told.filter((each) => !known.has(each))).toEqual([]);
    expect(await checkRecord(owner.sql)).toEqual([]);
    tellFault('full-disk', {
      rounds,
      diskMegabytes: megabytes,
      acknowledged: told.length,
      writesRefused: answers.get(503) ?? 0,
      readsWhileFull: reads,
      readsRefusedWhileFull: 0,
      lost: 0,
    });
  },
  withinMs(240_000),
);

it.runIf(!canMount)('a full disk is tried as root only, since that takes mounting one', () => {
  expect(canMount).toBe(false);
});
