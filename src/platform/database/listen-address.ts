import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAccount } from './account.ts';
import { portInUse } from './errors.ts';
import { makeServerFolder } from './prepare-cluster.ts';
import type { ListenAddress } from './server-settings.ts';

/** A socket's whole path must fit into 103 bytes on every system, with the server's own file name at its end. */
const longestSocketFolder = 103 - '/.s.PGSQL.65535'.length;
const defaultPort = 5432;

/** The port when it can be listened on, checked by doing so; a free one for 0. */
async function listenOnce(port: number): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : port));
    });
  });
}

async function makeSocketFolder(dataDir: string, account: ServerAccount | undefined): Promise<string> {
  const inside = join(dataDir, 'run');
  if (Buffer.byteLength(inside) <= longestSocketFolder) {
    await rm(inside, { recursive: true, force: true }); // what a killed server left there would stop the next one
    await makeServerFolder(inside, account);
    return inside;
  }
  const outside = await mkdtemp(join(tmpdir(), 'vsis-'));
  if (account) await chown(outside, account.uid, account.gid);
  return outside;
}

/** Where the server is to listen: a Unix socket that nobody else can reach, and the TCP port if one is asked for. */
export async function chooseAddress(
  dataDir: string,
  account: ServerAccount | undefined,
  port: number | undefined,
): Promise<ListenAddress> {
  const chosen = port === undefined ? undefined : await listenOnce(port).catch(refusePort(port));
  if (process.platform === 'win32')
    return { socketFolder: undefined, port: chosen ?? (await listenOnce(0)), tcp: true };
  const socketFolder = await makeSocketFolder(dataDir, account);
  return { socketFolder, port: chosen ?? defaultPort, tcp: chosen !== undefined };
}

const refusePort = (port: number) => (): never => {
  throw portInUse(port);
};

/** A socket folder that had no place in the data folder goes with its server. */
export async function removeOutsideSocketFolder(dataDir: string, socketFolder: string | undefined): Promise<void> {
  if (socketFolder && socketFolder !== join(dataDir, 'run')) await rm(socketFolder, { recursive: true, force: true });
}
