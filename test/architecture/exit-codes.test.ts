import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingsExitCode } from '#platform/config';
import { databaseFailures } from '#platform/database';

const guide = readFileSync('docs/guides/start.md', 'utf8');
const rows = [...guide.matchAll(/^\| (\d+) \| `([^`]+)` \| (.+) \|$/gm)].map(([, code, name, meaning]) => [
  Number(code),
  name,
  meaning,
]);

it.each(Object.entries(databaseFailures))('the guide explains %s', (name, { exitCode, about }) => {
  expect(rows).toContainEqual([exitCode, name, about]);
});

it('the guide names no exit code twice, and none of the database that does not exist', () => {
  const codes = rows.map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const named = rows.map(([, name]) => String(name)).filter((name) => name.startsWith('database.'));
  expect(new Set(named)).toEqual(new Set(Object.keys(databaseFailures)));
  expect(rows).toContainEqual([settingsExitCode, 'config.wrong-settings', expect.any(String)]);
});
