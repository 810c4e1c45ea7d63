import type { HistogramSeries, Labels, Metric, NumberSeries } from './metrics.ts';

/** What one process has counted. `process` is its label where figures are shown for each by itself. */
export type ProcessMetrics = { readonly process: string; readonly metrics: readonly Metric[] };

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Series with the same labels become one. */
function combine<Series extends { readonly labels: Labels }>(
  series: readonly Series[],
  join: (one: Series, other: Series) => Series,
): Series[] {
  const byKey = new Map<string, Series>();
  for (const each of series) {
    const key = keyOf(each.labels);
    const known = byKey.get(key);
    byKey.set(key, known ? join(known, each) : each);
  }
  return [...byKey.values()];
}

const added = (one: NumberSeries, other: NumberSeries): NumberSeries => ({ ...one, value: one.value + other.value });
const largest = (one: NumberSeries, other: NumberSeries): NumberSeries => (other.value > one.value ? other : one);
const joined = (one: HistogramSeries, other: HistogramSeries): HistogramSeries => ({
  labels: one.labels,
  sum: one.sum + other.sum,
  counts: one.counts.map((count, at) => count + (other.counts[at] ?? 0)),
});

function labelled({ process, metrics }: ProcessMetrics): Metric[] {
  return metrics.map((metric) =>
    metric.kind === 'gauge' && metric.across === 'each'
      ? { ...metric, series: metric.series.map((each) => ({ ...each, labels: { ...each.labels, process } })) }
      : metric,
  );
}

function merge(metrics: readonly Metric[]): Metric[] {
  const [first] = metrics;
  if (!first) return [];
  switch (first.kind) {
    case 'histogram': {
      const series = metrics.flatMap((each) => (each.kind === 'histogram' ? each.series : []));
      return [{ ...first, series: combine(series, joined) }];
    }
    case 'counter':
    case 'gauge': {
      const series = metrics.flatMap((each) => (each.kind === 'histogram' ? [] : each.series));
      return [
        { ...first, series: combine(series, first.kind === 'gauge' && first.across === 'max' ? largest : added) },
      ];
    }
  }
}

/** The figures of all processes as if there were one. */
export function mergeMetrics(processes: readonly ProcessMetrics[]): Metric[] {
  const byName = Map.groupBy(processes.flatMap(labelled), ({ name }) => name);
  return [...byName.values()].flatMap(merge);
}

/** What stays of a process that has ended: what it counted must not be taken back. */
export function lastingMetrics(metrics: readonly Metric[]): Metric[] {
  return metrics.filter(({ kind }) => kind !== 'gauge');
}
