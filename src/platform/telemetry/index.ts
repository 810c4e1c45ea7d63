export { measureRequest } from './measure-requests.ts';
export { lastingMetrics, mergeMetrics, type ProcessMetrics } from './merge-metrics.ts';
export {
  type Counter,
  collectMetrics,
  countBounds,
  counter,
  gauge,
  type Histogram,
  histogram,
  type Labels,
  type Metric,
  type NumberSeries,
  secondsBounds,
} from './metrics.ts';
export { type ExportOptions, openExport } from './open-export.ts';
export { measureProcess } from './process-metrics.ts';
export { prometheusText, prometheusType } from './prometheus-text.ts';
export { telemetrySettings } from './settings.ts';
export { keepSlowLog, noteDuration, type SlowFields } from './slow-log.ts';
export { inSpan, type RunningSpan, type SpanFields, startSpan } from './spans.ts';
export { traceHeaders } from './trace-context.ts';
export { traceRequest } from './trace-requests.ts';
