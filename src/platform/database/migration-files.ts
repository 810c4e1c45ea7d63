import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CallPlacements, Placements } from './distribute.ts';

/**
 * A part of the program that owns tables, the folder of its migrations, and where its tables lie and its functions are
 * called on several servers.
 */
export type MigrationPart = {
  readonly name: string;
  readonly folder: URL;
  readonly tables?: Placements;
  readonly functions?: CallPlacements;
};

export type Migration = {
  readonly part: string;
  readonly number: number;
  /** The file's name, e.g. `0002-add-outbox.sql`. */
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
  /** False for a file that begins with `-- vsis: no-transaction`; it holds one statement that can be repeated. */
  readonly inTransaction: boolean;
};

const fileName = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/;
const outsideMark = /^-- vsis: no-transaction\s*$/m;

/** Line ends differ between checkouts and change nothing. */
const hashOf = (text: string): string => createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

async function readMigration(part: MigrationPart, file: string): Promise<Migration> {
  const number = Number(fileName.exec(file)?.[1]);
  if (Number.isNaN(number)) throw new Error(`${part.name}: ${file} is not named like 0001-what-it-does.sql`);
  const text = await readFile(new URL(file, part.folder), 'utf8');
  return { part: part.name, number, file, text, sha256: hashOf(text), inTransaction: !outsideMark.test(text) };
}

/** The migrations of one part in order. Numbers begin at 1 and leave no gap. */
export async function readMigrations(part: MigrationPart): Promise<Migration[]> {
  const files = (await readdir(fileURLToPath(part.folder))).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(part, file)));
  for (const [index, migration] of migrations.entries()) {
    if (migration.number !== index + 1)
      throw new Error(`${part.name}: ${migration.file} should be number ${index + 1}`);
  }
  return migrations;
}
