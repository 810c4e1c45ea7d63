import { createServer } from '#platform/http';
import { type Log, logOf } from '#platform/log';
import { type Metric, prometheusText, prometheusType } from '#platform/telemetry';
import { type Health, registerHealth } from './health.ts';
import { listen } from './listen.ts';
import type { RunningProgram } from './run-program.ts';

export type OperationsOptions = {
  readonly port: number;
  readonly log: Log;
  readonly health: Health;
  /** The figures of all processes of the program. */
  readonly collect: () => Promise<readonly Metric[]>;
};

/** Metrics and health are for programs on this machine; who wants them elsewhere puts a proxy before them. */
const host = '127.0.0.1';

/**
 * Serves what the machine that watches this one asks, on a port of its own that patients' programs never reach.
 * Returns its address.
 */
export async function openOperations(program: RunningProgram, options: OperationsOptions): Promise<string> {
  const app = createServer({ logger: logOf(options.log, 'operations').child({}, { level: 'warn' }) });
  program.opened.defer(() => app.close());
  registerHealth(app, options.health);
  app.get('/metrics', async (_request, reply) => {
    const text = prometheusText(await options.collect());
    return reply.header('Cache-Control', 'no-store').type(prometheusType).send(text);
  });
  await listen(app, { host, port: options.port, setting: 'VSIS_OPERATIONS_PORT' });
  return app.listeningOrigin;
}
