import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '#platform/log';
import type { Operation } from '#platform/rest';
import type { Actor, Store } from '#platform/store';
import { exportKind, exportOperations, exportView } from './export-operations.ts';
import { registerJobRoutes } from './job-routes.ts';
import { runExport } from './run-export.ts';
import { type Jobs, runJobs } from './run-jobs.ts';

export type BulkOptions = {
  readonly store: Store;
  readonly log: Log;
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  /** Where files are kept; of processes that share a database all must see the same. */
  readonly folder: string;
  readonly keepMs: number;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** About so many resources are exported again after a kill. */
  readonly rowsPerStep?: number;
};

export type Bulk = {
  readonly operations: readonly Operation[];
  /** Canonical addresses of the CapabilityStatements that these fulfil. */
  readonly instantiates: readonly string[];
  /** Mounts status, files and cancellation, and begins to carry out jobs until the server is closed. */
  readonly mount: (app: FastifyInstance) => void;
};

/** Bulk export: its operations, its routes, and the process that carries out what they ask for. */
export function openBulk({ store, actorOf, rowsPerStep, ...options }: BulkOptions): Bulk {
  let jobs: Jobs | undefined;
  const { sql } = store;
  return {
    operations: exportOperations(sql, () => jobs?.wake()),
    instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
    mount: (app) => {
      registerJobRoutes(app, { store, actorOf, folder: options.folder, views: [exportView] });
      jobs = runJobs({
        sql,
        kinds: [{ kind: exportKind, run: (job) => runExport(store, job, rowsPerStep) }],
        ...options,
      });
      app.addHook('onClose', async () => jobs?.close());
    },
  };
}
