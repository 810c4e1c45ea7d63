import { parseArgs } from 'node:util';
import { type WorkloadName, workloadNames } from './workload-names.ts';

export type BenchOptions = {
  /** FHIR base of the server to measure; undefined starts our own. */
  readonly target: URL | undefined;
  readonly token: string | undefined;
  readonly windowSeconds: number;
  readonly warmUpSeconds: number;
  readonly clients: readonly number[];
  readonly only: readonly WorkloadName[];
  readonly runs: number;
  /** Time in all for measuring cells again that other processes disturbed. */
  readonly patienceSeconds: number;
  /** People with a chart of 100 resources, stored before anything is measured. */
  readonly charts: number;
  readonly floors: boolean;
  /** Where the result goes; undefined chooses. */
  readonly out: string | undefined;
  /** An earlier result to compare with; undefined takes the newest. */
  readonly compare: string | undefined;
  /** A result file to print instead of measuring. */
  readonly show: string | undefined;
  /** Folder for CPU profiles of our own server. */
  readonly profile: string | undefined;
  /** Processes of a target on this machine, for CPU figures. */
  readonly serverPid: number | undefined;
  readonly postgresPid: number | undefined;
  readonly quick: boolean;
  readonly help: boolean;
};

export const usage = `npm run bench -- [options]

  --target URL            FHIR base to measure; without it our own server is started
  --token T               bearer token for the target
  --seconds N             measured window of each cell (2)
  --warm-up N             seconds before the window (0.6)
  --concurrency 1,16,64   numbers of clients
  --only name,…           ${workloadNames.join(', ')}
  --runs N                the table shows medians of N runs (3)
  --patience N            seconds in all for repeating cells that others disturbed (60)
  --preload N             charts of 100 resources stored first (150)
  --floors yes|no         measure the floors (yes; with --target: no)
  --quick                 one short run with little data, to see that everything works
  --out FILE              result file (a complete run: bench/results/<date>-<commit>.json)
  --compare FILE          earlier result to compare with (the newest of the same target)
  --show FILE             print a result file again, without measuring
  --profile FOLDER        write a CPU profile of our own server
  --server-pid N, --postgres-pid N   processes of a target on this machine, for CPU figures
`;

/** An option that cannot be understood; the text says which and why. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const specification = {
  target: { type: 'string' },
  token: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  concurrency: { type: 'string' },
  only: { type: 'string' },
  runs: { type: 'string' },
  patience: { type: 'string' },
  preload: { type: 'string' },
  floors: { type: 'string' },
  out: { type: 'string' },
  compare: { type: 'string' },
  show: { type: 'string' },
  profile: { type: 'string' },
  'server-pid': { type: 'string' },
  'postgres-pid': { type: 'string' },
  quick: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Reads the command line. Throws an `OptionError`. */
export function readOptions(args: readonly string[]): BenchOptions {
  const given = parse(args);
  const quick = given.quick ?? false;
  const target = given.target === undefined ? undefined : readUrl(given.target);
  return {
    target,
    token: given.token,
    windowSeconds: readNumber('seconds', given.seconds, quick ? 0.2 : 2, 0.05),
    warmUpSeconds: readNumber('warm-up', given['warm-up'], quick ? 0.1 : 0.6, 0),
    clients: readClients(given.concurrency) ?? (quick ? [1, 16] : [1, 16, 64]),
    only: readOnly(given.only),
    runs: readWhole('runs', given.runs) ?? (quick ? 1 : 3),
    patienceSeconds: readNumber('patience', given.patience, quick ? 0 : 60, 0),
    charts: readWhole('preload', given.preload) ?? (quick ? 8 : 150),
    floors: readYesNo('floors', given.floors) ?? target === undefined,
    out: given.out,
    compare: given.compare,
    show: given.show,
    profile: given.profile,
    serverPid: readWhole('server-pid', given['server-pid']),
    postgresPid: readWhole('postgres-pid', given['postgres-pid']),
    quick,
    help: given.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: specification, strict: true }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new OptionError(`--target ${text}: an http or https address is wanted.`);
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

function readNumber(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new OptionError(`--${name} ${text}: a number from ${least} on is wanted.`);
  }
  return value;
}

function readWhole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new OptionError(`--${name} ${text}: a whole number from 1 on is wanted.`);
  return Number(text);
}

function readClients(text: string | undefined): number[] | undefined {
  return text?.split(',').map((each) => readWhole('concurrency', each.trim()) ?? 1);
}

function readOnly(text: string | undefined): readonly WorkloadName[] {
  if (text === undefined) return workloadNames;
  const wanted = text.split(',').map((each) => each.trim());
  const unknown = wanted.filter((each) => !workloadNames.some((name) => name === each));
  if (unknown.length > 0) {
    throw new OptionError(`--only ${unknown.join(', ')}: known are ${workloadNames.join(', ')}.`);
  }
  return workloadNames.filter((name) => wanted.includes(name));
}

function readYesNo(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== 'yes' && text !== 'no') throw new OptionError(`--${name} ${text}: yes or no is wanted.`);
  return text === 'yes';
}
