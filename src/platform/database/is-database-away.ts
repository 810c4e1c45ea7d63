import postgres from 'postgres';

/** The connection broke or cannot be made; whether a write that was under way took place is then not known. */
const clientCodes: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
]);
const systemCodes: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);
const connectionCalls: ReadonlySet<string> = new Set(['connect', 'read', 'write']);

/** Whether an error says that the database does not answer now: it is down, restarting, full or has no place left. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) {
    return false;
  }
  const code = String(error.code);
  if (error instanceof postgres.PostgresError) {
    return code.startsWith('57P0') || code.startsWith('53'); // shutdown, start-up; out of disk, memory or connections
  }
  const call = 'syscall' in error ? String(error.syscall) : '';
  return clientCodes.has(code) || (systemCodes.has(code) && connectionCalls.has(call)); // a missing file is another matter
}
