import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendResource } from '../answers.ts';
import { baseUrlOf, type FhirService, instanceOf, knownType } from '../fhir-context.ts';
import { inWantedForm, requireForm } from '../negotiate.ts';
import type { OperationAnswer, OperationLevel } from './operation.ts';
import { readCallParameters } from './read-parameters.ts';
import { refuseUnsafeRead, runOperation } from './run-operation.ts';

const paths: Readonly<Record<OperationLevel, string>> = {
  system: '/$:operation',
  type: '/:type/$:operation',
  instance: '/:type/:id/$:operation',
  version: '/:type/:id/_history/:version/$:operation',
};

/** One route for each level; which operation is meant, and whether it is offered there, the table knows. */
export function registerOperations(app: FastifyInstance, service: FhirService): void {
  for (const [level, url] of Object.entries(paths) as [OperationLevel, string][]) {
    // as: the keys are the levels
    app.route({
      method: ['GET', 'POST'],
      url,
      config: { ownForms: true },
      handler: async (request, reply) => {
        const place = { ...placeOf(request, level), level };
        const operation = service.operations.get(nameOf(request), place);
        if (operation.affectsState && request.method !== 'POST') {
          reply.header('Allow', 'POST');
        }
        refuseUnsafeRead(operation, request.method);
        if (!operation.ownForms) {
          requireForm(request);
        }
        const parameters = await readCallParameters(operation, request);
        const baseUrl = baseUrlOf(service, request);
        return await send(
          request,
          reply,
          await runOperation(operation, { service, request, baseUrl, ...place, parameters }),
        );
      },
    });
  }
}

function nameOf({ params }: FastifyRequest): string {
  return (params as { operation: string }).operation; // as: each of the routes has this parameter
}

function placeOf({ params }: FastifyRequest, level: OperationLevel) {
  const { version } = params as { version?: string }; // as: one of the routes has this parameter
  switch (level) {
    case 'system':
      return { type: undefined, id: undefined, version };
    case 'type':
      return { type: knownType(params), id: undefined, version };
    default:
      return { ...instanceOf(params), version };
  }
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { status = 200, headers = {}, body, contentType }: OperationAnswer,
): Promise<FastifyReply> {
  reply.code(status).headers(headers);
  if (body === undefined) {
    return reply.send();
  }
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : Readable.from(body, { objectMode: false });
  return contentType === undefined
    ? sendResource(reply, await inWantedForm(request, payload))
    : reply.type(contentType).send(payload);
}
