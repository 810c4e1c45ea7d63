import { setTimeout as delay } from 'node:timers/promises';
import type { StartError } from '#platform/errors';
import { openDatabase, type Sql } from './connect.ts';
import { databaseFailure } from './errors.ts';

/** The oldest PostgreSQL whose SQL the program may use. */
const oldestServer = 15;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** An address without its password, fit to be shown. */
export function shownAddress(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOENT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  '53300',
  '57P03',
]);
const passwordCodes = new Set(['28P01', '28000', 'SASL_SIGNATURE_MISMATCH']);
const missingDatabase = '3D000';

/** What a failed connection means for the person who set DATABASE_URL; anything else stays as it is. */
export function explainConnectionError(error: unknown, url: string): unknown {
  const code = codeOf(error);
  const where = shownAddress(url);
  if (passwordCodes.has(code)) return wrongPassword(new URL(url).username, where, error);
  if (code === missingDatabase) {
    return databaseFailure(
      'database.missing',
      `There is no database ${new URL(url).pathname.slice(1)} on ${where}. Create it (create database …), or correct DATABASE_URL.`,
      error,
    );
  }
  if (!unreachableCodes.has(code)) return error;
  return databaseFailure(
    'database.unreachable',
    `No PostgreSQL answers at ${where} (${code}). Start it or correct DATABASE_URL; leave it out to use the embedded one.`,
    error,
  );
}

const wrongPassword = (user: string, where: string, cause: unknown): StartError =>
  databaseFailure(
    'database.wrong-password',
    `PostgreSQL at ${where} refuses the account ${user} or its password. Correct DATABASE_URL.`,
    cause,
  );

/** Refuses a server older than `oldest`. */
export async function checkServerVersion(sql: Sql, where: string, oldest: number = oldestServer): Promise<number> {
  const [row] = await sql<{ number: number }[]>`select current_setting('server_version_num')::integer as number`;
  const major = Math.floor((row?.number ?? 0) / 10_000);
  if (major < oldest) {
    throw databaseFailure(
      'database.server-too-old',
      `PostgreSQL at ${where} is version ${major}; VSİS needs ${oldest} or newer. Upgrade it, or leave DATABASE_URL out to use the embedded one.`,
    );
  }
  return major;
}

/** Waits while the server says that it is still starting, and explains every other refusal. */
export async function checkConnection(url: string, patienceMs = 30_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const database = openDatabase(url, { max: 1 });
    try {
      await database.sql`select 1`;
      return;
    } catch (error) {
      if (codeOf(error) !== '57P03' || Date.now() > deadline) throw explainConnectionError(error, url);
      await delay(250);
    } finally {
      await database.close();
    }
  }
}

/** Whether this address lets us in; any refusal of name or password is a no. */
export async function isAccepted(url: string): Promise<boolean> {
  const database = openDatabase(url, { max: 1 });
  try {
    await database.sql`select 1`;
    return true;
  } catch (error) {
    if (passwordCodes.has(codeOf(error)) || codeOf(error) === '42501') return false;
    throw error;
  } finally {
    await database.close();
  }
}
