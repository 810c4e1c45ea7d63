import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second wherever it shows it to programs. */
const msPerTick = 10;

export type ProcessTimes = {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Processor time of the process itself. */
  readonly ownMs: number;
  /** Processor time of its children that have ended. */
  readonly endedChildrenMs: number;
};

/** Reads a line of /proc/<pid>/stat. The name stands in brackets and may hold anything, brackets too. */
export function parseProcessStat(line: string): ProcessTimes {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  const fields = line
    .slice(close + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const at = (index: number): number => (fields[index] ?? 0) * msPerTick;
  return {
    pid: Number.parseInt(line, 10),
    parent,
    name: line.slice(open + 1, close),
    ownMs: at(11) + at(12),
    endedChildrenMs: at(13) + at(14),
  };
}

export type MachineTimes = { readonly busyMs: number; readonly totalMs: number };

/** Reads /proc/stat: what all processors did together. Time stolen by other guests of the host counts as busy. */
export function parseMachineStat(text: string): MachineTimes {
  const fields = (text.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const total = fields.reduce((sum, each) => sum + each, 0);
  const [, , , idle = 0, waiting = 0] = fields;
  return { busyMs: (total - idle - waiting) * msPerTick, totalMs: total * msPerTick };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // the process has ended, or this system has no /proc
  }
}

function listProcesses(): ProcessTimes[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const line = readText(`/proc/${name}/stat`);
      return line === undefined ? [] : [parseProcessStat(line)];
    });
}

/** The processes below `root`, itself included. */
export function treeOf(processes: readonly ProcessTimes[], root: number): ProcessTimes[] {
  const found = processes.filter((each) => each.pid === root);
  for (const each of found) {
    found.push(...processes.filter((other) => other.parent === each.pid));
  }
  return found;
}

/** Which processes to count. */
export type Watched = {
  readonly serverPid?: number;
  readonly postgresPid?: number;
  /** A process that has PostgreSQL below it, where `postgresPid` is not known; else the server's own is searched. */
  readonly postgresBelow?: number;
};

export type CpuSample = {
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly machine: MachineTimes;
};

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

const isPostgres = (each: ProcessTimes): boolean => each.name.startsWith('postgres');

const below = (processes: readonly ProcessTimes[], root: number | undefined): ProcessTimes[] =>
  root === undefined ? [] : treeOf(processes, root);

/** Processor time used so far; undefined where the system has no /proc. */
export function sampleCpu({ serverPid, postgresPid, postgresBelow = serverPid }: Watched): CpuSample | undefined {
  const stat = readText('/proc/stat');
  if (stat === undefined) return undefined;
  const processes = listProcesses();
  const serverTree = below(processes, serverPid);
  const postgres =
    postgresPid === undefined ? below(processes, postgresBelow).filter(isPostgres) : treeOf(processes, postgresPid);
  const counted = new Set(postgres);
  return {
    serverMs: sum(serverTree.filter((each) => !counted.has(each)).map((each) => each.ownMs)),
    postgresMs: sum(postgres.map((each) => each.ownMs + each.endedChildrenMs)),
    machine: parseMachineStat(stat),
  };
}

/** The most memory a process has held so far, in megabytes. */
export function peakMemoryMegabytes(pid: number): number | undefined {
  const kilobytes = /VmHWM:\s*(\d+) kB/.exec(readText(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
