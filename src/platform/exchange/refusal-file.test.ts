import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RefusalFile } from './refusal-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vsis-refused-'));
});
afterAll(() => rm(folder, { recursive: true }));

const refusal = {
  origin: 'a.json',
  resource: { resourceType: 'Patient' },
  issues: [{ severity: 'error', code: 'invalid', text: 'No.' }],
} as const;

async function writeTo(path: string): Promise<void> {
  await using file = new RefusalFile(path);
  await file.add(refusal);
}

async function rightsOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

it.skipIf(process.platform === 'win32')('what was refused is readable by its owner alone', async () => {
  const path = join(folder, 'refused', 'x.ndjson');
  await writeTo(path);
  expect([await rightsOf(join(folder, 'refused')), await rightsOf(path)]).toEqual(['700', '600']);
});

it('a file that was there is written anew, with narrow rights', async () => {
  const path = join(folder, 'old.ndjson');
  await writeFile(path, 'older', { mode: 0o644 });
  await writeTo(path);
  expect(await readFile(path, 'utf8')).toMatch(/^\{"origin":"a\.json".*\n$/);
  if (process.platform !== 'win32') expect(await rightsOf(path)).toBe('600');
});
