import type { FastifyInstance } from 'fastify';
import type { FhirService } from './fhir-context.ts';
import { readsOf } from './read-routes.ts';
import { writesOf } from './write-routes.ts';

/** Signs of an id alone: `Binary/_history` and `Binary/$meta` are the routes of every type. */
const instance = '/Binary/:id(^[A-Za-z0-9\\-.]+$)';

/**
 * The routes of Binary that differ from those of every type: they take and give bytes of any media type beside the
 * resource. FHIR R4, binary.html#rest.
 */
export async function registerBinaries(app: FastifyInstance, service: FhirService): Promise<void> {
  const { create, update } = writesOf(service);
  const { readNewest, readOneVersion } = readsOf(service);
  const options = { config: { ownForms: true } };
  await app.register(async (binaries) => {
    binaries.removeAllContentTypeParsers();
    binaries.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
    binaries.addHook('preHandler', (request, _reply, done) => {
      request.params = { ...(request.params as object), type: 'Binary' }; // as: parameters of a route are an object
      done();
    });
    binaries.post('/Binary', options, create);
    binaries.put(instance, options, update);
    binaries.get(instance, options, readNewest);
    binaries.get(`${instance}/_history/:version`, options, readOneVersion);
  });
}
