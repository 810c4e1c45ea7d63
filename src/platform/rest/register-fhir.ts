import type { FastifyInstance } from 'fastify';
import { AppError } from '#platform/errors';
import { sendJson } from './answers.ts';
import { registerBundles } from './bundle-routes.ts';
import { capabilityStatement } from './capability-statement.ts';
import { baseUrlOf, type FhirContext } from './fhir-context.ts';
import { registerReads } from './read-routes.ts';
import { registerWrites } from './write-routes.ts';

/** Mounts the FHIR R4 API under `/fhir`. */
export async function registerFhir(app: FastifyInstance, context: FhirContext): Promise<void> {
  const startedAt = new Date().toISOString();
  await app.register(
    async (fhir) => {
      fhir.get('/metadata', async (request, reply) => {
        const statement = capabilityStatement({
          baseUrl: baseUrlOf(request),
          version: context.version,
          date: startedAt,
        });
        return sendJson(reply, JSON.stringify(statement));
      });
      registerBundles(fhir, context);
      registerReads(fhir, context);
      registerWrites(fhir, context);
      fhir.get('/', async () => {
        throw new AppError('invalid', 'rest.system-search', 'A search names a resource type: /fhir/Patient?…');
      });
    },
    { prefix: '/fhir' },
  );
}
