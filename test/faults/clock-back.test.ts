import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { isJsonObject } from '#platform/fhir';
import { checkRecord } from '../support/check-record.ts';
import { createTestDatabase } from '../support/database.ts';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { createClient } from '../support/fhir-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const support = join(import.meta.dirname, '../support');
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

it(
  'a clock that jumps back, or forth, repeats no id, lets no resource go back in time and hides nothing from a subscriber',
  async () => {
    const database = await createTestDatabase();
    cleanUps.push(database.drop);
    await database.ownerSql`create table heard (seq bigint, type text, id text, version int)`;
    const folder = await makeTempFolder();
    cleanUps.push(folder.remove);
    const shiftFile = join(folder.path, 'shift');
    await writeFile(shiftFile, '0');
    const child = spawn(
      process.execPath,
      ['--import', join(support, 'shifted-clock.ts'), join(support, 'record-program.ts'), database.ownerUrl, 'hear'],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CLOCK_SHIFT_FILE: shiftFile } },
    );
    cleanUps.push(() => end(child));
    const [origin] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]; // as: lines are texts
    const client = createClient(`${origin}/fhir`);
    const hourMs = 3_600_000;
    const shifts = [
      0,
      -hourMs,
      -24 * hourMs,
      48 * hourMs,
      -5_000,
      0,
      ...Array.from({ length: sized(0, 20) }, () => Math.round((Math.random() - 0.5) * 200 * hourMs)),
    ];
    let writes = 0;
    let saidAnotherTime = 0;
    for (const shift of shifts) {
      await writeFile(`${shiftFile}.new`, String(shift));
      await rename(`${shiftFile}.new`, shiftFile); // never read by halves
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          at % 2 === 0
            ? client.post('Patient', { resourceType: 'Patient' })
            : client.put(`Patient/same-${at % 8}`, { resourceType: 'Patient', id: `same-${at % 8}` }),
        ),
      );
      expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
      const { meta } = await client.create({ resourceType: 'Patient' });
      const told = isJsonObject(meta) ? Date.parse(String(meta['lastUpdated'])) : Number.NaN;
      if (Math.abs(told - Date.now()) > 3_000) saidAnotherTime += 1;
      writes += answers.length + 1;
    }
    expect(saidAnotherTime).toBeGreaterThanOrEqual(4); // the clock of the program was off indeed
    const backwards = await database.ownerSql`
      select id from (
        select id, version, updated, lag(updated) over (partition by type, id order by version) as before
        from (select type, id, version, updated from record.resource
          union all select type, id, version, updated from record.history) as v) as w
      where updated <= before`;
    expect(backwards).toHaveLength(0);
    const [row] = await database.ownerSql<{ created: number; versions: number }[]>`
      select (select count(*)::int from record.resource where id not like 'same-%') as created,
        (select count(*)::int from record.change) as versions`;
    expect(row).toEqual({ created: shifts.length * 21, versions: writes });
    const heard = async (): Promise<[number, number]> => {
      const [counts] = await database.ownerSql<{ all: number; each: number }[]>`
        select count(*)::int as all, count(distinct seq)::int as each from heard`;
      return [counts?.all ?? 0, counts?.each ?? 0];
    };
    await expect.poll(heard, { timeout: 30_000 }).toEqual([writes, writes]);
    expect(await checkRecord(database.ownerSql)).toEqual([]);
    tellFault('clock-jumps', { jumps: shifts.length - 1, writes, idsRepeated: 0, backInTime: 0, heardTwiceOrNever: 0 });
  },
  withinMs(120_000),
);
