import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { feelPulse } from '#platform/database';
import { boundUnsent, createServer, type Traffic, watchTraffic } from '#platform/http';
import { logOf, logRequests } from '#platform/log';
import { measureRequest, traceRequest } from '#platform/telemetry';
import { listen } from './listen.ts';
import { type PartContext, parts } from './parts.ts';
import type { RunningProgram, StopCause } from './run-program.ts';

export type Served = {
  readonly app: FastifyInstance;
  /** Lets requests under way end and takes no more; returns when nothing is left to answer. */
  readonly drain: (cause: StopCause) => Promise<void>;
};

/** Mounts every part and listens. */
export async function serve(program: RunningProgram, context: PartContext): Promise<Served> {
  const { settings, log, health } = context;
  // What the HTTP library would say for information is said by the request log and the end of the start.
  const quiet = settings.VSIS_LOG_LEVEL === 'info' ? { level: 'warn' } : {};
  const logger: FastifyBaseLogger = logOf(log, 'http').child({}, quiet);
  const app = createServer({ logger, hostNames: [settings.VSIS_HOST] });
  program.opened.defer(() => app.close());
  logRequests(app, logOf(log, 'http'), { contextOf: traceRequest, onAnswer: measureRequest });
  const pulse = feelPulse(context.database.sql);
  program.opened.defer(pulse.close);
  const traffic = watchTraffic(app, { requestsAtMost: settings.VSIS_REQUESTS_AT_MOST, isStuck: pulse.isStuck });
  boundUnsent(app, { bytesAtMost: settings.VSIS_UNSENT_MEGABYTES * 1024 * 1024 });
  for (const part of parts) await part.mount?.(app, context);
  await listen(app, { host: settings.VSIS_HOST, port: settings.VSIS_PORT, setting: 'VSIS_PORT' });
  health.phase = 'serving';
  return { app, drain: (cause) => drain(traffic, context, cause) };
}

/**
 * Says that it is not ready, ends each connection with its next answer, gives the machines that send requests time to
 * notice, and only then closes the door.
 */
async function drain(traffic: Traffic, { health, settings, log }: PartContext, cause: StopCause): Promise<void> {
  health.phase = 'draining';
  traffic.startDraining();
  const startedMs = performance.now();
  if (cause === 'SIGTERM') await delay(settings.VSIS_DRAIN_PAUSE_MS);
  const cut = await traffic.finish(settings.VSIS_DRAIN_SECONDS * 1000);
  const durationMs = Math.round(performance.now() - startedMs);
  if (cut > 0) logOf(log, 'http').warn({ requests: cut, durationMs }, 'requests were cut off by the stop');
}
