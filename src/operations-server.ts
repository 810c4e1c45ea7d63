import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createServer } from '#platform/http';
import { type Metric, prometheusText, prometheusType } from '#platform/telemetry';
import { type Health, registerHealth } from './health.ts';

export type OperationsOptions = {
  readonly logger: FastifyBaseLogger;
  readonly health: Health;
  /** The figures of all processes of the program. */
  readonly collect: () => Promise<readonly Metric[]>;
};

/** What the machine that watches this one asks, on a port of its own that patients' programs never reach. */
export function createOperationsServer({ logger, health, collect }: OperationsOptions): FastifyInstance {
  const app = createServer({ logger });
  registerHealth(app, health);
  app.get('/metrics', async (_request, reply) => {
    const text = prometheusText(await collect());
    return reply.header('Cache-Control', 'no-store').type(prometheusType).send(text);
  });
  return app;
}
