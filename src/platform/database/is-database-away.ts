import postgres from 'postgres';

/** The connection broke or cannot be made; whether a write that was under way took place is then not known. */
const connectionCodes: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/** Whether the server broke a statement off because it took too long, or because an operator cancelled it. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '57014';
}

/** Whether an error says that the database does not answer now: it is down, restarting, full or has no place left. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) {
    return false;
  }
  const code = String(error.code);
  if (error instanceof postgres.PostgresError) {
    return code.startsWith('57P0') || code.startsWith('53'); // shutdown, start-up; out of disk, memory or connections
  }
  const isMissingSocket = code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';
  return connectionCodes.has(code) || isMissingSocket;
}
