/** What tells series of one metric apart. Values come from closed lists: never a name, an id or an address. */
export type Labels = Readonly<Record<string, string>>;

/** How the figures of several processes become one: added up, the largest of them, or each for itself. */
export type Across = 'sum' | 'max' | 'each';

export type NumberSeries = { readonly labels: Labels; readonly value: number };
export type HistogramSeries = {
  readonly labels: Labels;
  readonly sum: number;
  /** How many values fell to each bound or below it and above the one before; one more for those above all. */
  readonly counts: readonly number[];
};

/** The state of one metric, as plain data that can be sent to another process. */
export type Metric = { readonly name: string; readonly about: string } & (
  | { readonly kind: 'counter'; readonly series: readonly NumberSeries[] }
  | { readonly kind: 'gauge'; readonly across: Across; readonly series: readonly NumberSeries[] }
  | { readonly kind: 'histogram'; readonly bounds: readonly number[]; readonly series: readonly HistogramSeries[] }
);

export type Counter = { readonly add: (amount?: number) => void };
export type Histogram = { readonly record: (value: number) => void };

/** Series by their labels. What is on a hot path resolves its series once and keeps it. */
export type Family<Series> = { readonly with: (labels: Labels) => Series };

type Described = { readonly name: string; readonly about: string };
type Source = () => Metric;

const sources = new Map<string, Source>();

function register(name: string, source: Source): void {
  if (sources.has(name)) {
    throw new Error(`There are two metrics called ${name}.`);
  }
  sources.set(name, source);
}

type Held<State> = { readonly labels: Labels; readonly state: State };

/** One state for each set of labels, whatever their order. */
function seriesOf<State>(create: () => State): { of: (labels: Labels) => State; all: () => Iterable<Held<State>> } {
  const byKey = new Map<string, Held<State>>();
  const of = (labels: Labels): State => {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = byKey.get(key);
    if (known) return known.state;
    const state = create();
    byKey.set(key, { labels, state });
    return state;
  };
  return { of, all: () => byKey.values() };
}

/** Counts what happens. The name ends in `_total`. */
export function counter({ name, about }: Described): Family<Counter> & Counter {
  const series = seriesOf(() => {
    let value = 0;
    const add = (amount = 1): void => {
      value += amount;
    };
    return { add, read: () => value };
  });
  register(name, () => ({
    name,
    about,
    kind: 'counter',
    series: Array.from(series.all(), ({ labels, state }) => ({ labels, value: state.read() })),
  }));
  return { with: series.of, add: (amount) => series.of({}).add(amount) };
}

/** Durations of requests and statements, in seconds. */
export const secondsBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Numbers of things. */
export const countBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096];

/** How values are spread. The name ends in the unit, e.g. `_seconds`. */
export function histogram({ name, about, bounds }: Described & { bounds: readonly number[] }): Family<Histogram> {
  const series = seriesOf(() => {
    const counts = [...bounds.map(() => 0), 0];
    let sum = 0;
    const record = (value: number): void => {
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += value;
    };
    return { record, read: () => ({ sum, counts: [...counts] }) };
  });
  register(name, () => ({
    name,
    about,
    kind: 'histogram',
    bounds,
    series: Array.from(series.all(), ({ labels, state }) => ({ labels, ...state.read() })),
  }));
  return { with: series.of };
}

/**
 * A value that is asked for when somebody looks: `read` gives it, or one for each set of labels. Returns what takes it
 * out again, for parts that end before the process does.
 */
export function gauge(
  { name, about, across }: Described & { across: Across },
  read: () => number | readonly NumberSeries[],
): () => void {
  register(name, () => {
    const value = read();
    return { name, about, kind: 'gauge', across, series: typeof value === 'number' ? [{ labels: {}, value }] : value };
  });
  return () => {
    sources.delete(name);
  };
}

/** Everything this process has counted until now. A metric without a series is left out. */
export function collectMetrics(): Metric[] {
  return [...sources.values()].map((source) => source()).filter(({ series }) => series.length > 0);
}
