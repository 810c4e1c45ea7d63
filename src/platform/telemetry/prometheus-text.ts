import type { HistogramSeries, Labels, Metric } from './metrics.ts';

/** The media type of the Prometheus text format, version 0.0.4. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function labelText(labels: Labels, more?: readonly [string, string]): string {
  const pairs = [...Object.entries(labels), ...(more ? [more] : [])];
  return pairs.length === 0 ? '' : `{${pairs.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

function histogramLines(name: string, bounds: readonly number[], { labels, counts, sum }: HistogramSeries): string[] {
  let count = 0;
  const buckets = counts.map((each, at) => {
    count += each;
    return `${name}_bucket${labelText(labels, ['le', String(bounds[at] ?? '+Inf')])} ${count}`;
  });
  return [...buckets, `${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${count}`];
}

function linesOf(metric: Metric): string[] {
  const { name, about, kind } = metric;
  const head = [`# HELP ${name} ${escapeHelp(about)}`, `# TYPE ${name} ${kind}`];
  return metric.kind === 'histogram'
    ? [...head, ...metric.series.flatMap((series) => histogramLines(name, metric.bounds, series))]
    : [...head, ...metric.series.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`)];
}

/** Metrics in the text that Prometheus reads. */
export function prometheusText(metrics: readonly Metric[]): string {
  return `${metrics.flatMap(linesOf).join('\n')}\n`;
}
