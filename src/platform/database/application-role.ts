import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Sql } from './connect.ts';
import { databaseFailure } from './errors.ts';

/** The role the program works with. It owns nothing and may do what migrations grant it. */
export const applicationRole = 'vsis_app';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * What PostgreSQL stores of a password (RFC 5803), so that the password itself never travels in a statement
 * and cannot end up in a server's log.
 */
function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** Creates the application role or gives it this password; lets it connect to the present database. Run as the owner. */
export async function ensureApplicationRole(sql: Sql, password: string): Promise<void> {
  try {
    const [statements] = await sql<{ role: string; connect: string }[]>`
      select
        format(
          '%s role %I login password %L',
          case when exists (select from pg_roles where rolname = ${applicationRole}) then 'alter' else 'create' end,
          ${applicationRole}::text,
          ${scramVerifier(password)}::text
        ) as role,
        format('grant connect on database %I to %I', current_database(), ${applicationRole}::text) as connect`;
    if (!statements) return;
    await sql.unsafe(statements.role);
    await sql.unsafe(statements.connect);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '42501')) throw error;
    throw databaseFailure(
      'database.not-allowed',
      `The account of DATABASE_URL may not create the role ${applicationRole}. As a superuser run: alter role <that account> createrole`,
      error,
    );
  }
}
