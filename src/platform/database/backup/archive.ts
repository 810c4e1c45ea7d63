import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { accountCan, type ServerAccount } from '../account.ts';
import { databaseFailure, explainFileError } from '../errors.ts';
import { makeFolder, makeServerFolder } from '../prepare-cluster.ts';

/** How long a change may be nowhere but on the disk of the database, in seconds. */
const archiveAtLeastEvery = 60;

/** For the shell that PostgreSQL runs; a percent sign is PostgreSQL's own. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`).replaceAll('%', '%%')}'`;
}

/**
 * Settings with which the server copies every finished segment of its write-ahead log into the folder. A segment
 * appears there whole or not at all; one that is there already must be the same. PostgreSQL tries again what fails.
 */
export function archiveSettings(folder: string): Record<string, string> {
  const target = `${quoted(folder)}/%f`;
  const copy = `cp %p ${target}.part && sync ${target}.part && mv ${target}.part ${target}`;
  return {
    archive_mode: 'on',
    archive_command: `if test -f ${target}; then cmp -s %p ${target}; else ${copy}; fi`,
    archive_timeout: String(archiveAtLeastEvery),
  };
}

/** The command with which the server fetches a segment back. */
export const restoreCommand = (folder: string): string => `cp ${quoted(folder)}/%f "%p"`;

/** Makes the folder where it is missing, closed to everybody but the server; checks that the server can write into it. */
export async function prepareArchive(folder: string, account: ServerAccount | undefined): Promise<void> {
  try {
    const found = await stat(folder).catch(() => undefined);
    if (!found) {
      await makeFolder(dirname(folder));
      await makeServerFolder(folder, account);
    }
  } catch (error) {
    throw explainFileError(error, folder);
  }
  if (account && !(await accountCan(account, '-w', folder))) {
    throw databaseFailure(
      'database.folder-unreachable',
      `The account ${account.name}, which PostgreSQL runs as, cannot write into ${folder}. Give it the folder, or set VSIS_ARCHIVE_DIR to another.`,
    );
  }
}
