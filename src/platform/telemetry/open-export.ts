import type { HrTime } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { Metric } from './metrics.ts';
import { keepSpans } from './spans.ts';

export type ExportOptions = {
  /** Address of an OpenTelemetry collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Share of the traces that begin here and are kept, 0 to 1; of those that begin elsewhere that place decides. */
  readonly share: number;
  readonly version: string;
  /** Number of this process among those of the program. */
  readonly process: string;
  /** The figures to send; absent where another process sends them. */
  readonly collect?: () => Promise<readonly Metric[]>;
  readonly metricsEveryMs?: number;
};

/**
 * Sends spans and metrics to a collector from here on, until the function returned is called, which sends what is left.
 * Only here the OpenTelemetry SDK is loaded.
 */
export async function openExport(options: ExportOptions): Promise<() => Promise<void>> {
  const closeTraces = await exportTraces(options);
  const closeMetrics = await exportMetrics(options);
  return async () => {
    await Promise.allSettled([closeTraces(), closeMetrics()]);
  };
}

async function resourceOf({ version, process: number }: ExportOptions) {
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  return resourceFromAttributes({
    'service.name': 'vsis',
    'service.version': version,
    'service.instance.id': `${process.pid}`,
    'vsis.process': number,
  });
}

const signalUrl = (url: string, signal: 'traces' | 'metrics'): string => `${url.replace(/\/+$/, '')}/v1/${signal}`;

async function exportTraces(options: ExportOptions): Promise<() => Promise<void>> {
  const { ROOT_CONTEXT, trace, TraceFlags } = await import('@opentelemetry/api');
  const { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } = await import(
    '@opentelemetry/sdk-trace'
  );
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({ url: signalUrl(options.url, 'traces') });
  const provider = new TracerProvider({
    resource: await resourceOf(options),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  keepSpans({
    tracer: provider.getTracer('vsis'),
    below: (place) => {
      if (!place) return ROOT_CONTEXT;
      const { traceId, spanId, isSampled } = place;
      const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
      return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
    },
  });
  return async () => {
    keepSpans(undefined);
    await provider.shutdown();
  };
}

async function exportMetrics(options: ExportOptions): Promise<() => Promise<void>> {
  const { collect, metricsEveryMs = 30_000 } = options;
  if (!collect) return async () => undefined;
  const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
  const toOtlp = await metricConverter();
  const resource = await resourceOf(options);
  const producer = {
    collect: async () => ({
      resourceMetrics: {
        resource,
        scopeMetrics: [{ scope: { name: 'vsis' }, metrics: (await collect()).map(toOtlp) }],
      },
      errors: [],
    }),
  };
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: signalUrl(options.url, 'metrics') }),
    exportIntervalMillis: metricsEveryMs,
    exportTimeoutMillis: Math.min(metricsEveryMs, 10_000),
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return () => provider.shutdown();
}

const toHrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

/** Our metrics in the terms of the OpenTelemetry SDK: everything is counted from the start of the process. */
async function metricConverter(): Promise<(metric: Metric) => MetricData> {
  const { AggregationTemporality, DataPointType } = await import('@opentelemetry/sdk-metrics');
  const { ValueType } = await import('@opentelemetry/api');
  const startTime = toHrTime(Date.now() - process.uptime() * 1000);
  return (metric) => {
    const endTime = toHrTime(Date.now());
    const unit = metric.name.endsWith('_seconds') ? 's' : metric.name.endsWith('_bytes') ? 'By' : '1';
    const descriptor = { name: metric.name, description: metric.about, unit, valueType: ValueType.DOUBLE };
    const base = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    if (metric.kind === 'histogram') {
      const dataPoints = metric.series.map(({ labels, sum, counts }) => {
        const count = counts.reduce((total, each) => total + each, 0);
        const value = { buckets: { boundaries: [...metric.bounds], counts: [...counts] }, sum, count };
        return { startTime, endTime, attributes: { ...labels }, value };
      });
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
    }
    const dataPoints = metric.series.map(({ labels, value }) => ({
      startTime,
      endTime,
      attributes: { ...labels },
      value,
    }));
    return metric.kind === 'counter'
      ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
      : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
  };
}
