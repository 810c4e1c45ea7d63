import { StartError } from '#platform/errors';

/** Why the database cannot be had: code, exit code and meaning. The table in docs/guides/start.md is checked against it. */
export const databaseFailures = {
  'database.port-in-use': { exitCode: 11, about: 'The TCP port asked for PostgreSQL is taken.' },
  'database.folder-unreachable': {
    exitCode: 12,
    about: 'The account PostgreSQL runs as cannot reach the data folder, or the folder belongs to another account.',
  },
  'database.folder-in-use': { exitCode: 13, about: 'Another program of VSİS uses the data folder.' },
  'database.disk-full': { exitCode: 14, about: 'No space is left where the data lie.' },
  'database.disk-read-only': { exitCode: 15, about: 'The data folder cannot be written.' },
  'database.folder-version': { exitCode: 16, about: 'The data folder was written by another PostgreSQL version.' },
  'database.schema-newer': { exitCode: 17, about: 'The schema was made by a newer VSİS.' },
  'database.migration-changed': { exitCode: 18, about: 'A migration that was already applied has been edited.' },
  'database.wrong-password': { exitCode: 19, about: 'The database server refuses the name or password.' },
  'database.unreachable': { exitCode: 20, about: 'No database server answers at DATABASE_URL.' },
  'database.server-too-old': { exitCode: 21, about: 'The database server is older than PostgreSQL 15.' },
  'database.binaries-missing': { exitCode: 22, about: 'The PostgreSQL programs for this machine are not installed.' },
  'database.start-failed': { exitCode: 23, about: 'PostgreSQL does not start, or stops again and again.' },
  'database.migration-failed': { exitCode: 24, about: 'A migration failed; nothing of it was kept.' },
  'database.not-allowed': { exitCode: 25, about: 'The account of DATABASE_URL may not create what VSİS needs.' },
  'database.missing': { exitCode: 26, about: 'The database named in DATABASE_URL does not exist.' },
  'database.not-embedded': { exitCode: 28, about: 'The database is that of DATABASE_URL, whose own tools do this.' },
  'database.folder-not-empty': {
    exitCode: 29,
    about: 'What a backup or restore would write into holds something already.',
  },
  'database.backup-failed': { exitCode: 30, about: 'The backup could not be completed; nothing of it was kept.' },
  'database.backup-damaged': { exitCode: 31, about: 'A backup is not as it was written, or is none.' },
  'database.restore-failed': { exitCode: 32, about: 'The restore could not be completed; nothing of it was kept.' },
} as const;

export type DatabaseFailure = keyof typeof databaseFailures;

/** A start error of this part; `text` is one line that ends with what to do. */
export function databaseFailure(code: DatabaseFailure, text: string, cause?: unknown): StartError {
  return new StartError(code, databaseFailures[code].exitCode, text, cause === undefined ? undefined : { cause });
}

const systemCode = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

const diskFull = (folder: string, cause?: unknown): StartError =>
  databaseFailure(
    'database.disk-full',
    `No space is left on the disk of ${folder}. Free some space there, or set VSIS_DATA_DIR to a folder on another disk.`,
    cause,
  );

const diskReadOnly = (folder: string, cause?: unknown): StartError =>
  databaseFailure(
    'database.disk-read-only',
    `The disk of ${folder} is read-only. Make it writable, or set VSIS_DATA_DIR to a folder that can be written.`,
    cause,
  );

const folderNotOurs = (folder: string, cause?: unknown): StartError =>
  databaseFailure(
    'database.folder-unreachable',
    `This account may not write ${folder}. Start with the account that owns it, or set VSIS_DATA_DIR to another folder.`,
    cause,
  );

/** Turns what the file system says about the data folder into the start error it means; anything else stays as it is. */
export function explainFileError(thrown: unknown, folder: string): unknown {
  switch (systemCode(thrown)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, thrown);
    case 'EROFS':
      return diskReadOnly(folder, thrown);
    case 'EACCES':
    case 'EPERM':
      return folderNotOurs(folder, thrown);
    default:
      return thrown;
  }
}

/** What the last lines of a server log mean for the person who started the program. */
export function explainServerLog(log: string, { folder, port }: { folder: string; port: number }): StartError {
  if (/No space left on device|Disk quota exceeded/.test(log)) return diskFull(folder);
  if (/Read-only file system/.test(log)) return diskReadOnly(folder);
  if (/Address already in use|could not create any TCP\/IP sockets/.test(log)) return portInUse(port);
  if (/database files are incompatible with server|not compatible with this version/.test(log)) {
    return databaseFailure(
      'database.folder-version',
      `${folder} was written by another PostgreSQL version. Start the VSİS that wrote it, or set VSIS_DATA_DIR to a new folder.`,
    );
  }
  if (/Permission denied/.test(log)) return folderNotOurs(folder);
  const reason = log.match(/(?:FATAL|PANIC|error): +(.+)/)?.[1] ?? log.trim().split('\n').at(-1) ?? 'it said nothing';
  return databaseFailure(
    'database.start-failed',
    `PostgreSQL does not start: ${reason} Its whole log is ${folder}/postgres.log.`,
  );
}

export const portInUse = (port: number): StartError =>
  databaseFailure(
    'database.port-in-use',
    `Port ${port} for PostgreSQL is taken by another program. Choose another with VSIS_DATABASE_PORT, or leave it out to use no port.`,
  );
