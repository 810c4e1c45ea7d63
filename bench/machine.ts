import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What a figure must be read with. */
export type MachineFacts = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string | undefined;
  /** File system of the database's folder. */
  readonly fileSystem: string | undefined;
};

export function machineFacts(dataDir: string | undefined, postgres: string | undefined): MachineFacts {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    postgres,
    fileSystem: dataDir === undefined ? undefined : fileSystemOf(dataDir, readMounts()),
  };
}

/** Runnable processes, averaged over a minute. */
export function loadAverage(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    return '';
  }
}

/** The type of the file system a folder lies on: that of the longest mount point above it. */
export function fileSystemOf(folder: string, mounts: string): string | undefined {
  const above = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point = '']) => point !== '' && `${folder}/`.startsWith(point.endsWith('/') ? point : `${point}/`))
    .sort(([, a = ''], [, b = '']) => b.length - a.length);
  return above[0]?.[2];
}

/** The commit that is measured, marked where files differ from it. */
export function currentCommit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
    const changed =
      git('status', '--porcelain', '--', '../src', '../bench', '../package-lock.json', ':!results') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '-changed' : ''}`;
  } catch {
    return 'unknown';
  }
}
