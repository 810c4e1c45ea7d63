import postgres from 'postgres';
import { expect, it } from 'vitest';
import { isDatabaseAway } from './is-database-away.ts';

const coded = (fields: Record<string, string>): Error => Object.assign(new Error('no'), fields);
const fromServer = (code: string): Error => Object.assign(Object.create(postgres.PostgresError.prototype), { code });

it.each([
  [true, 'a closed connection', coded({ code: 'CONNECTION_CLOSED' })],
  [true, 'a socket that is not there', coded({ code: 'ENOENT', syscall: 'connect' })],
  [true, 'a refused connection', coded({ code: 'ECONNREFUSED', syscall: 'connect' })],
  [true, 'a server that shuts down', fromServer('57P01')],
  [true, 'a full disk of the server', fromServer('53100')],
  [false, 'a missing file', coded({ code: 'ENOENT', syscall: 'open' })],
  [false, 'a cancelled statement', fromServer('57014')],
  [false, 'a broken rule of a table', fromServer('23505')],
  [false, 'any other error', new Error('no')],
  [false, 'no error', 'ECONNREFUSED'],
])('says %s of %s', (expected, _what, error) => {
  expect(isDatabaseAway(error)).toBe(expected);
});
