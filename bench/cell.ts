import { median, spread } from './statistics.ts';

/** One measurement: a workload at a number of clients, once. */
export type Cell = {
  readonly seconds: number;
  readonly answers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly bytesPerAnswer: number;
  readonly errors: number;
  /** The first few different errors. */
  readonly errorTexts: readonly string[];
  /** Processor time per answer, in ms; absent where the processes are not known. */
  readonly serverCpuMs?: number;
  readonly postgresCpuMs?: number;
  /** Share of the machine that processes outside the bench used, 0 to 1. */
  readonly strangers?: number;
};

/** The middle of several measurements, figure by figure. Errors are added up. */
export function medianCell(cells: readonly Cell[]): Cell {
  const middle = (pick: (cell: Cell) => number): number => median(cells.map(pick));
  const optional = (name: 'serverCpuMs' | 'postgresCpuMs' | 'strangers') => {
    const values = cells.flatMap((cell) => cell[name] ?? []);
    return values.length === 0 ? {} : { [name]: median(values) };
  };
  return {
    seconds: middle((cell) => cell.seconds),
    answers: middle((cell) => cell.answers),
    perSecond: middle((cell) => cell.perSecond),
    p50Ms: middle((cell) => cell.p50Ms),
    p95Ms: middle((cell) => cell.p95Ms),
    p99Ms: middle((cell) => cell.p99Ms),
    bytesPerAnswer: middle((cell) => cell.bytesPerAnswer),
    errors: cells.reduce((sum, cell) => sum + cell.errors, 0),
    errorTexts: [...new Set(cells.flatMap((cell) => cell.errorTexts))].slice(0, 5),
    ...optional('serverCpuMs'),
    ...optional('postgresCpuMs'),
    ...optional('strangers'),
  };
}

/** How far the rates of the runs lie apart, as a share of the median. */
export function rateSpread(cells: readonly Cell[]): number {
  return spread(cells.map((cell) => cell.perSecond));
}
