import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNumber, formatTable } from './report.ts';

/** A CPU profile as V8 writes it: a tree of calls, and which of them was seen running at each sample. */
export type CpuProfile = {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
};

type ProfileNode = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
};

/** Time in a function: in its own lines, and with all that it called. */
export type Share = { readonly name: string; readonly selfMs: number; readonly totalMs: number };

const root = new URL('..', import.meta.url).href;
const waiting = new Set(['(idle)', '(program)', '(root)']);

/** `file.ts:12 functionName`, by part of the program or package. */
function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const place = placeOf(url);
  return place === '' ? functionName : `${place}:${lineNumber + 1} ${functionName || '(anonymous)'}`;
}

function placeOf(url: string): string {
  const inPackage = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url);
  if (inPackage) return `${inPackage[1]}/${inPackage[2]}`;
  return url.startsWith(root) ? url.slice(root.length) : url;
}

/** The part a function belongs to: a folder of the program, a package, or Node itself. */
export function partOf(url: string, functionName: string): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  const place = placeOf(url);
  if (/\/node_modules\//.test(url)) return `package ${place.split('/', place.startsWith('@') ? 2 : 1).join('/')}`;
  if (place.startsWith('src/platform/fhir/')) return place.split('/').slice(0, 4).join('/');
  if (place.startsWith('src/')) return place.split('/').slice(0, 3).join('/');
  return place === '' || place.startsWith('node:') ? 'Node itself' : place;
}

/** Adds up a profile by a name for each function; idle time is left out. */
export function addUp(profile: CpuProfile, name: (node: ProfileNode) => string): Share[] {
  const selfMs = new Map<number, number>();
  profile.samples.forEach((id, at) => {
    selfMs.set(id, (selfMs.get(id) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1000);
  });
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const shares = new Map<string, { selfMs: number; totalMs: number }>();
  const visit = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const own = waiting.has(node.callFrame.functionName) ? 0 : (selfMs.get(node.id) ?? 0);
    const key = name(node);
    const inside = new Set(above).add(key);
    const total = (node.children ?? []).reduce((sum, id) => {
      const child = byId.get(id);
      return child ? sum + visit(child, inside) : sum;
    }, own);
    const share = shares.get(key) ?? { selfMs: 0, totalMs: 0 };
    share.selfMs += own;
    if (!above.has(key)) share.totalMs += total; // a function that calls itself counts once
    shares.set(key, share);
    return total;
  };
  const root = profile.nodes[0];
  if (root) visit(root, new Set());
  return [...shares].map(([each, share]) => ({ name: each, ...share }));
}

/** Where a server profiled with `--profile` spent its time: by part of the program, and by function. */
export function profileReport(folder: string): string {
  const files = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'));
  return files.map((file) => describeProfile(file, readProfile(join(folder, file)))).join('\n\n');
}

function readProfile(file: string): CpuProfile {
  return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile; // as: V8 wrote it
}

function describeProfile(file: string, profile: CpuProfile): string {
  const functions = addUp(profile, nameOf);
  const parts = addUp(profile, ({ callFrame }) => partOf(callFrame.url, callFrame.functionName));
  const allMs = functions.reduce((sum, each) => sum + each.selfMs, 0);
  return [
    `${file}: ${formatNumber(allMs)} ms of work, start and storing of the data included`,
    tableOf('part', parts, allMs, 'selfMs', 20),
    tableOf('function, by its own time', functions, allMs, 'selfMs', 30),
    tableOf('function, by time with all it called', functions, allMs, 'totalMs', 45),
  ].join('\n\n');
}

function tableOf(
  title: string,
  shares: readonly Share[],
  allMs: number,
  by: 'selfMs' | 'totalMs',
  count: number,
): string {
  const percent = (ms: number): string => `${formatNumber((ms / allMs) * 100)} %`;
  const rows = shares
    .filter((each) => !waiting.has(each.name))
    .sort((a, b) => b[by] - a[by])
    .slice(0, count)
    .map((each) => [each.name, percent(each.selfMs), percent(each.totalMs)]);
  return formatTable([title, 'itself', 'with calls'], rows);
}
