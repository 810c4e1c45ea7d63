import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchResult, readResult } from './result.ts';
import { floorNames, workloadNames } from './workload-names.ts';

const run = promisify(execFile);

async function bench(...args: string[]): Promise<string> {
  // The address of a database of somebody's must not get through to the server that the bench fills.
  const env = { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  const script = join(import.meta.dirname, 'main.ts');
  const { stdout } = await run(process.execPath, [script, ...args], { timeout: 110_000, env });
  return stdout;
}

describe('the whole bench, quickly, against our own server', () => {
  let folder: string;
  let result: BenchResult;
  let printed: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vsis-bench-test-'));
    const file = join(folder, 'result.json');
    printed = await bench('--quick', '--seconds', '0.1', '--concurrency', '1,4', '--preload', '4', '--out', file);
    result = readResult(file);
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([...workloadNames, ...floorNames])('measured %s without an error', (name) => {
    const measured = result.measured.filter((each) => each.name === name);
    expect(measured.map((each) => each.clients)).toEqual([1, 4]);
    for (const { median } of measured) {
      expect(median.errorTexts).toEqual([]);
      expect(median.errors).toBe(0);
      expect(median.answers).toBeGreaterThan(0);
      expect(median.bytesPerAnswer).toBeGreaterThan(1000);
    }
  });

  it('tells the machine, what was measured and how much was stored', () => {
    expect(result.machine.postgres).toMatch(/^\d+/);
    expect(result.software).toContain('VSİS');
    expect(result.storedResources).toBe(4 * 100 + 200);
    expect(printed).toContain('create Observation');
    expect(printed).toContain('of floor');
  });
});

it('says what is wrong with an option, and how it is used', async () => {
  const failure: unknown = await bench('--seconds', 'soon').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('--concurrency 1,16,64') });
});
