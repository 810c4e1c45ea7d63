import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { gauge, histogram, secondsBounds } from './metrics.ts';

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak-callbacks',
};

const nanosecondsPerSecond = 1e9;
/** What is measured is how far apart the turns of a timer of this length are; ten a second cost nothing. */
const sampleEveryMs = 100;

/** Observes this process from here on: event loop, memory, garbage collection, processor time. Call it once. */
export function measureProcess(): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  measureEventLoop();
  measureCollections();
  gauge({ name: 'vsis_process_memory_bytes', about: 'Memory of the process by use.', across: 'each' }, () => {
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    const uses = { resident: rss, heap_used: heapUsed, heap_total: heapTotal, external, array_buffers: arrayBuffers };
    return Object.entries(uses).map(([use, value]) => ({ labels: { use }, value }));
  });
  gauge(
    { name: 'vsis_process_start_time_seconds', about: 'When the process began, in Unix seconds.', across: 'each' },
    () => startedAt,
  );
  gauge(
    { name: 'vsis_process_cpu_seconds', about: 'Processor time used by the process since it began.', across: 'each' },
    () => {
      const { user, system } = process.cpuUsage();
      return [
        { labels: { mode: 'user' }, value: user / 1e6 },
        { labels: { mode: 'system' }, value: system / 1e6 },
      ];
    },
  );
}

/** The delay is that since the last look; the share is of the same time. */
function measureEventLoop(): void {
  const delay = monitorEventLoopDelay({ resolution: sampleEveryMs });
  delay.enable();
  gauge(
    {
      name: 'vsis_event_loop_delay_seconds',
      about: 'By how much timers came late since the last look.',
      across: 'each',
    },
    () => {
      const seconds = { p50: delay.percentile(50), p99: delay.percentile(99), max: delay.max };
      const series = Object.entries(seconds).map(([quantile, value]) => ({
        labels: { quantile },
        value: Math.max(0, value / nanosecondsPerSecond - sampleEveryMs / 1000),
      }));
      delay.reset();
      return series;
    },
  );
  let before = performance.eventLoopUtilization();
  gauge(
    {
      name: 'vsis_event_loop_utilization_ratio',
      about: 'Share of the time since the last look in which the process had something to do.',
      across: 'each',
    },
    () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
  );
}

function measureCollections(): void {
  const pauses = histogram({
    name: 'vsis_gc_pause_seconds',
    about: 'Pauses for garbage collection.',
    bounds: secondsBounds,
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as { detail?: { kind?: number } }; // as: what Node says of a collection
      pauses.with({ kind: gcKinds[detail?.kind ?? 0] ?? 'other' }).record(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}
