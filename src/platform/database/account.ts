import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';

/** The account PostgreSQL runs as. Undefined means: the account of this program. */
export type ServerAccount = { readonly name: string; readonly uid: number; readonly gid: number };

const candidates = ['postgres', 'nobody'];

async function readAccounts(): Promise<ServerAccount[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * PostgreSQL refuses to run as root. Started by root, the server takes the account that owns an existing cluster,
 * else `postgres`, else `nobody`. Started by anybody else it runs as that person.
 */
export async function findServerAccount(clusterFolder: string): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readAccounts();
  const owner = await stat(clusterFolder).catch(() => undefined);
  if (owner && owner.uid !== 0) {
    const name = accounts.find((account) => account.uid === owner.uid)?.name ?? String(owner.uid);
    return { name, uid: owner.uid, gid: owner.gid };
  }
  for (const name of candidates) {
    const found = accounts.find((account) => account.name === name && account.uid !== 0);
    if (found) return found;
  }
  return { name: 'nobody', uid: 65534, gid: 65534 };
}

/** Whether the account passes the shell's file test, e.g. `-x` (may enter or run) or `-w` (may write). */
export async function accountCan(account: ServerAccount, test: '-x' | '-w' | '-r', path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      ['-c', `test ${test} "$1"`, 'sh', path],
      { uid: account.uid, gid: account.gid, cwd: '/', env: {} },
      (error) => resolve(error === null),
    );
  });
}
