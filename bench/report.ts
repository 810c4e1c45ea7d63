import { type Cell, rateSpread } from './cell.ts';
import type { BenchResult, Measured } from './result.ts';
import { median, ratio } from './statistics.ts';
import { resourcesPerRequest, targetClients, wantedRate } from './targets.ts';
import { type FloorName, floorNames, floorOf, titles, type WorkloadName, workloadNames } from './workload-names.ts';

/** A table in Markdown with columns of equal width: readable in a terminal and in a document. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, at) =>
    Math.max(3, ...[title, ...rows.map((row) => row[at] ?? '')].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** Three significant digits, thousands apart. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.995 ? 2 : 3;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const formatShare = (value: number | undefined): string =>
  value === undefined ? '' : `${formatNumber(value * 100)} %`;

export function findMeasured(
  result: BenchResult,
  name: WorkloadName | FloorName,
  clients: number,
): Measured | undefined {
  return result.measured.find((each) => each.name === name && each.clients === clients);
}

const isWorkload = (name: string): name is WorkloadName => workloadNames.some((each) => each === name);

/** Rate of a workload, in resources, by that of its floor at the same number of clients. */
export function shareOfFloor(result: BenchResult, name: WorkloadName, clients: number): number | undefined {
  const own = findMeasured(result, name, clients)?.median.perSecond;
  const floor = findMeasured(result, floorOf[name], clients)?.median.perSecond;
  const share = ratio(own, floor);
  return share === undefined ? undefined : share * resourcesPerRequest(name);
}

/** Processor time of server and database together, for one answer. */
function cpuOf({ serverCpuMs, postgresCpuMs }: Cell): number | undefined {
  return serverCpuMs === undefined ? undefined : serverCpuMs + (postgresCpuMs ?? 0);
}

/** Processor time for one resource in units of the floor's: the figure that a busy machine disturbs least. */
export function cpuTimesFloor(result: BenchResult, name: WorkloadName, clients: number): number | undefined {
  const own = findMeasured(result, name, clients);
  const floor = findMeasured(result, floorOf[name], clients);
  const times = own && floor && ratio(cpuOf(own.median), cpuOf(floor.median));
  return times === undefined ? undefined : times / resourcesPerRequest(name);
}

/** Every workload and floor: rates, latencies, processor time, size, errors, and the share of its floor. */
export function mainTable(result: BenchResult): string {
  const header = [
    '',
    'clients',
    'req/s',
    '±',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'server CPU ms',
    'database CPU ms',
    'kB',
    'errors',
    'others',
    'of floor',
    'CPU × floor',
  ];
  const rows = [...workloadNames, ...floorNames].flatMap((name) => {
    const own = result.measured.filter((each) => each.name === name);
    return own.map(({ clients, median, runs }, at) => [
      at === 0 ? titles[name] : '',
      String(clients),
      formatNumber(median.perSecond),
      runs.length > 1 ? `${Math.round(rateSpread(runs) * 50)} %` : '',
      ...cellColumns(median),
      formatShare(median.strangers),
      isWorkload(name) ? formatShare(shareOfFloor(result, name, clients)) : '',
      isWorkload(name) ? formatNumber(cpuTimesFloor(result, name, clients)) : '',
    ]);
  });
  return formatTable(header, rows);
}

function cellColumns({ p50Ms, p95Ms, p99Ms, serverCpuMs, postgresCpuMs, bytesPerAnswer, errors }: Cell): string[] {
  const figures = [p50Ms, p95Ms, p99Ms, serverCpuMs, postgresCpuMs, bytesPerAnswer / 1000].map(formatNumber);
  return [...figures, String(errors)];
}

/**
 * What the project wants at 64 clients, against what was measured; undefined where the floors are missing. `by CPU` is
 * the share that processor time alone would give, were the machine busy with nothing else: an estimate.
 */
export function targetTable(result: BenchResult): string | undefined {
  const rows = workloadNames.flatMap((name) => {
    const own = findMeasured(result, name, targetClients)?.median.perSecond;
    const floor = findMeasured(result, floorOf[name], targetClients)?.median.perSecond;
    if (own === undefined || floor === undefined) return [];
    const wanted = wantedRate(name, floor);
    const times = cpuTimesFloor(result, name, targetClients);
    const byCpu = times && floor / times / resourcesPerRequest(name);
    return [
      [
        titles[name],
        formatNumber(wanted),
        formatNumber(own),
        formatShare(own / wanted),
        formatShare(byCpu && byCpu / wanted),
        own >= wanted ? 'met' : 'missed',
      ],
    ];
  });
  return rows.length === 0
    ? undefined
    : formatTable([`at ${targetClients} clients`, 'wanted req/s', 'measured', 'of wanted', 'by CPU', ''], rows);
}

/** Rates and processor time against an earlier result; undefined where nothing is comparable. */
export function comparisonTable(result: BenchResult, earlier: BenchResult): string | undefined {
  const rows = result.measured.flatMap(({ name, clients, median }) => {
    const before = findMeasured(earlier, name, clients)?.median;
    if (!before) return [];
    return [
      [titles[name], String(clients), formatNumber(before.perSecond), formatNumber(median.perSecond)].concat(
        formatChange(before.perSecond, median.perSecond),
        formatNumber(cpuOf(before)),
        formatNumber(cpuOf(median)),
        formatChange(cpuOf(before), cpuOf(median)),
      ),
    ];
  });
  const header = ['', 'clients', 'req/s before', 'now', 'change', 'CPU ms before', 'now', 'change'];
  return rows.length === 0 ? undefined : formatTable(header, rows);
}

function formatChange(before: number | undefined, now: number | undefined): string {
  const quotient = ratio(now, before);
  if (quotient === undefined) return '';
  const percent = Math.round((quotient - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

/** The circumstances, in a few lines. */
export function describeResult(result: BenchResult): string {
  const { machine, measured } = result;
  const strangers = measured.flatMap((each) => each.runs.flatMap((cell) => cell.strangers ?? []));
  const most =
    strangers.length === 0
      ? ''
      : `, other processes used ${Math.round(median(strangers) * 100)} % of the processors in the middle cell and up to ${Math.round(Math.max(...strangers) * 100)} %`;
  return [
    `${result.software} (${result.target}) at ${result.commit}, ${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node}` +
      `${machine.postgres === undefined ? '' : `, PostgreSQL ${machine.postgres}`}${machine.fileSystem === undefined ? '' : ` on ${machine.fileSystem}`}`,
    `load ${result.loadBefore} before and ${result.loadAfter} after${most}`,
    `${result.storedResources} resources at the start; medians of ${result.runs} run(s) of ${result.windowSeconds} s after ${result.warmUpSeconds} s of warm-up`,
    `everything about one patient: ${result.everythingBy === 'searches' ? 'one read and one search per type in parallel, counted as one request' : result.everythingBy}`,
    ...(result.serverPeakMemoryMegabytes === undefined
      ? []
      : [`most memory of the server process: ${result.serverPeakMemoryMegabytes} MB`]),
  ].join('\n');
}
