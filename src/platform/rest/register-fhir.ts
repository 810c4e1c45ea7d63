import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import type { ParameterTable } from '#platform/search';
import { createReadAudit } from '#platform/store';
import { sendResource } from './answers.ts';
import { registerBinaries } from './binary-routes.ts';
import { registerBundles } from './bundle-routes.ts';
import { capabilityStatement } from './capability-statement.ts';
import { baseUrlOf, type FhirContext, type FhirService } from './fhir-context.ts';
import { registerHistories } from './history-routes.ts';
import { negotiateForms } from './negotiate.ts';
import { registerOperations } from './operations/operation-routes.ts';
import { createOperationTable } from './operations/operation-table.ts';
import { ownOperations } from './operations/own-operations.ts';
import { registerReads } from './read-routes.ts';
import { watchMethods } from './refuse-other-methods.ts';
import { registerSearches } from './search-routes.ts';
import { registerWrites } from './write-routes.ts';

/** Mounts the FHIR R4 API under `/fhir`. */
export async function registerFhir(app: FastifyInstance, context: FhirContext): Promise<void> {
  const startedAt = new Date().toISOString();
  const service: FhirService = {
    ...context,
    audit: createReadAudit(context.store.sql),
    operations: createOperationTable([...ownOperations, ...(context.operations ?? [])]),
  };
  await app.register(
    async (fhir) => {
      // Only for clients that ask for it (browsers do): a searchset shrinks to a tenth.
      await fhir.register(compress, { globalDecompression: false, threshold: 2048, encodings: ['gzip'] });
      negotiateForms(fhir);
      await registerBinaries(fhir, service); // before the watch: their other methods are those of every type
      const refuseOtherMethods = watchMethods(fhir);
      fhir.get('/metadata', async (request, reply) => {
        const baseUrl = baseUrlOf(service, request);
        const { operations, instantiates = [] } = service;
        const about = { baseUrl, version: context.version, date: startedAt };
        const additions = await context.describe?.(baseUrl);
        const statement = capabilityStatement({ ...about, operations, instantiates, additions, ...tableOf(service) });
        return sendResource(reply, JSON.stringify(statement));
      });
      registerOperations(fhir, service);
      registerBundles(fhir, service);
      registerReads(fhir, service);
      registerSearches(fhir, service);
      registerHistories(fhir, service);
      registerWrites(fhir, service);
      refuseOtherMethods();
    },
    { prefix: '/fhir' },
  );
}

function tableOf({ store: { parameters } }: Pick<FhirContext, 'store'>): { readonly table?: ParameterTable } {
  return parameters ? { table: parameters.table() } : {};
}
