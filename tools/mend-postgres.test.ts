import { link, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTempFolder } from '../test/support/temp-folder.ts';
import { mend, mendPostgres } from './mend-postgres.mjs';

const files = ['connection.js', 'index.js', 'query.js'];
const installed = join(import.meta.dirname, '../node_modules/postgres/src');

let folder: { path: string; remove: () => Promise<void> };
let source: string;

beforeEach(async () => {
  folder = await makeTempFolder();
  source = join(folder.path, 'node_modules/postgres/src');
  await mkdir(source, { recursive: true });
  for (const file of files) {
    await writeFile(join(source, file), await readFile(join(installed, `${file}.original`), 'utf8'));
  }
});
afterEach(() => folder.remove());

const read = (file: string): Promise<string> => readFile(join(source, file), 'utf8');

it('the client that the tests use is mended', async () => {
  mendPostgres(folder.path);
  for (const file of files) {
    expect(await read(file)).toBe(await readFile(join(installed, file), 'utf8'));
  }
});

it('is done once, and leaves files alone that other checkouts share', async () => {
  const elsewhere = join(folder.path, 'elsewhere.js');
  await link(join(source, 'index.js'), elsewhere);
  mendPostgres(folder.path);
  const { mtimeMs } = await stat(join(source, 'index.js'));
  mendPostgres(folder.path);
  expect((await stat(join(source, 'index.js'))).mtimeMs).toBe(mtimeMs);
  expect(await readFile(elsewhere, 'utf8')).toBe(await readFile(join(installed, 'index.js.original'), 'utf8'));
});

it('starts from what was there when the edits have changed', async () => {
  mendPostgres(folder.path);
  const mended = await read('index.js');
  await writeFile(join(source, 'index.js'), mended.replace(/^(.*, ).*$/m, '$1of-earlier-edits'));
  mendPostgres(folder.path);
  expect(await read('index.js')).toBe(mended);
});

it('refuses a client that is not the one it knows', () => {
  expect(() => mend('export default () => undefined', 'query.js')).toThrow(
    /query\.js has not once what is to be mended/,
  );
});
