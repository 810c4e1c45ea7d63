import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

const mib = 1024 * 1024;

/** Memory this process may count on, in bytes: the machine's, or the container's limit when that is smaller. */
export function availableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

const megabytes = (bytes: number): string => `${Math.floor(bytes / mib)}MB`;

/** Containers often give 64 MB of shared memory, too little for parallel queries; ordinary files do as well. */
function sharedMemoryType(): string {
  if (process.platform === 'win32') return 'windows';
  if (process.platform !== 'linux') return 'posix';
  try {
    const { bsize, blocks } = statfsSync('/dev/shm');
    return bsize * blocks >= 256 * mib ? 'posix' : 'mmap';
  } catch {
    return 'mmap';
  }
}

export type ListenAddress = { readonly socketFolder: string | undefined; readonly port: number; readonly tcp: boolean };

/**
 * The settings of the embedded server, scaled from memory. A quarter would be the textbook's share for a server of
 * its own; an eighth leaves room for the program beside it.
 * `durable: false` is for throw-away test clusters alone: a power cut would destroy them.
 */
export function serverSettings(
  listen: ListenAddress,
  { memoryBytes, durable }: { memoryBytes: number; durable: boolean },
): Record<string, string> {
  return {
    listen_addresses: listen.tcp ? '127.0.0.1' : '',
    port: String(listen.port),
    unix_socket_directories: listen.socketFolder ?? '',
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: '100',
    max_locks_per_transaction: '256',
    shared_buffers: megabytes(between(64 * mib, memoryBytes / 8, 8192 * mib)),
    effective_cache_size: megabytes(between(128 * mib, memoryBytes / 2, 65536 * mib)),
    work_mem: megabytes(between(4 * mib, memoryBytes / 1024, 64 * mib)),
    maintenance_work_mem: megabytes(between(64 * mib, memoryBytes / 32, 1024 * mib)),
    dynamic_shared_memory_type: sharedMemoryType(),
    min_wal_size: '128MB',
    max_wal_size: megabytes(between(512 * mib, memoryBytes / 8, 4096 * mib)),
    checkpoint_timeout: '15min',
    // A new record has no statistics: look for tables that need them every few seconds, not every minute.
    autovacuum_naptime: '5s',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // The log is for operators and must not repeat what a statement carried.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    ...(durable
      ? { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum_naptime: '10min' }),
  };
}
