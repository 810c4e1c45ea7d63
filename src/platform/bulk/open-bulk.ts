import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '#platform/log';
import type { Operation } from '#platform/rest';
import type { Actor, Store } from '#platform/store';
import { exportKind, exportOperations, exportView } from './export-operations.ts';
import { importKind, importOperation, importView } from './import-operation.ts';
import type { ImportSources } from './import-plan.ts';
import { registerJobRoutes } from './job-routes.ts';
import { runExport } from './run-export.ts';
import { runImport } from './run-import.ts';
import { type JobKind, type Jobs, runJobs } from './run-jobs.ts';
import { registerUploads } from './upload-route.ts';

export type BulkOptions = {
  readonly store: Store;
  readonly log: Log;
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  /** Where files are kept; of processes that share a database all must see the same. */
  readonly folder: string;
  readonly keepMs: number;
  /** From where imports may come beside uploads. */
  readonly sources?: ImportSources;
  /** A larger upload is refused, and a larger file that is fetched. */
  readonly uploadBytesAtMost?: number;
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

const nowhere: ImportSources = { hosts: [] };
const defaultUploadBytes = 64 * 2 ** 30;

/** Bulk export and import: their operations, their routes, and the process that carries out what they ask for. */
export function openBulk(options: BulkOptions): Bulk {
  const { store, actorOf, folder, keepMs, rowsPerStep, uploadBytesAtMost: bytesAtMost = defaultUploadBytes } = options;
  let jobs: Jobs | undefined;
  const { sql } = store;
  const wake = (): void => jobs?.wake();
  return {
    operations: [...exportOperations(sql, wake), importOperation(sql, options.sources ?? nowhere, wake)],
    instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
    mount: (app) => {
      registerJobRoutes(app, { store, actorOf, folder, views: [exportView, importView] });
      registerUploads(app, { store, actorOf, folder, keepMs, bytesAtMost });
      const kinds: JobKind[] = [
        { kind: exportKind, run: (job) => runExport(store, job, rowsPerStep) },
        { kind: importKind, run: (job) => runImport(store, job, { folder, bytesAtMost }) },
      ];
      jobs = runJobs({ ...options, sql, kinds });
      app.addHook('onClose', async () => jobs?.close());
    },
  };
}
