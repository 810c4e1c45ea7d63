import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { type Criteria, type WriteRequest, type WriteResult, writeResources } from '#platform/store';
import { sendResource, sendWritten, success } from './answers.ts';
import { baseUrlOf, type FhirService, instanceOf, knownType } from './fhir-context.ts';
import { noteMatched } from './note-reads.ts';
import { readPatch } from './patch-body.ts';
import { readResourceBody } from './read-resource-body.ts';
import { queryOf, readIfMatch, readParameters, readPreferences } from './request-headers.ts';

export function registerWrites(app: FastifyInstance, context: FhirService): void {
  const { writeOne, create, update } = writesOf(context);
  app.post('/:type', create);
  app.put('/:type/:id', update);

  app.put('/:type', async (request, reply) => {
    const type = knownType(request.params);
    const resource = await readResourceBody(request, type);
    const target = criteriaOf(request, type);
    const result = await writeOne(request, { kind: 'update', type, target, resource, ...preconditions(request) });
    return sendWritten(reply, result, readPreferences(request), baseUrlOf(context, request));
  });

  for (const path of ['/:type/:id', '/:type']) {
    app.patch(path, async (request, reply) => {
      const { type, target } = targetOf(request);
      const apply = await readPatch(request);
      const result = await writeOne(request, { kind: 'patch', type, target, apply, ...preconditions(request) });
      return sendWritten(reply, result, readPreferences(request), baseUrlOf(context, request));
    });

    app.delete(path, async (request, reply) => {
      const { type, target } = targetOf(request);
      const result = await writeOne(request, { kind: 'delete', type, target, ...preconditions(request) });
      if (result.version !== undefined) {
        reply.header('ETag', `W/"${result.version}"`);
      }
      return readPreferences(request).return === 'OperationOutcome'
        ? sendResource(reply.code(200), JSON.stringify(success(`${type} deleted.`)))
        : reply.code(204).send();
    });
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** What writes of one resource have in common, and the two that a Binary is written by as well. */
export function writesOf(context: FhirService) {
  const writeOne = async (request: FastifyRequest, wanted: WriteRequest): Promise<WriteResult> => {
    const [result] = await writeResources(context.store, await context.actorOf(request), [wanted]);
    if (!result) {
      throw new Error('a write gave no result');
    }
    await noteMatched(context, request, [result]);
    return result;
  };

  const create: Handler = async (request, reply) => {
    const type = knownType(request.params);
    const resource = await readResourceBody(request, type);
    const condition = request.headers['if-none-exist'];
    const ifNoneExist = condition === undefined ? {} : { ifNoneExist: toCriteria(String(condition), type) };
    const result = await writeOne(request, { kind: 'create', type, resource, ...ifNoneExist });
    return sendWritten(reply, result, readPreferences(request), baseUrlOf(context, request));
  };

  const update: Handler = async (request, reply) => {
    const { type, id } = instanceOf(request.params);
    const resource = await readResourceBody(request, type);
    if (resource.id !== id) {
      const text = 'The id of the resource must be that of the address.';
      throw new AppError('invalid', 'rest.id-mismatch', text, {
        issues: [{ severity: 'error', code: 'value', text, expression: `${type}.id` }],
      });
    }
    const result = await writeOne(request, { kind: 'update', type, target: id, resource, ...preconditions(request) });
    return sendWritten(reply, result, readPreferences(request), baseUrlOf(context, request));
  };

  return { writeOne, create, update };
}

function targetOf(request: FastifyRequest): { type: string; target: string | Criteria } {
  const params = request.params as { id?: string }; // as: one of the two routes has an id
  if (params.id !== undefined) {
    const { type, id } = instanceOf(params);
    return { type, target: id };
  }
  const type = knownType(request.params);
  return { type, target: criteriaOf(request, type) };
}

function preconditions(request: FastifyRequest): { ifMatch?: number; onlyNew?: boolean } {
  const ifMatch = readIfMatch(request.headers['if-match']);
  const onlyNew = request.headers['if-none-match']?.trim() === '*';
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(onlyNew ? { onlyNew } : {}) };
}

function criteriaOf(request: FastifyRequest, type: string): Criteria {
  return nonEmpty(
    [...queryOf(request)].filter(([name]) => name !== '_format'),
    type,
  );
}

/** `Patient?identifier=…` or `identifier=…` as criteria. */
export function toCriteria(text: string, type: string): Criteria {
  return nonEmpty([...readParameters(text.slice(text.indexOf('?') + 1))], type);
}

function nonEmpty(criteria: Criteria, type: string): Criteria {
  if (criteria.length === 0) {
    throw new AppError('stale', 'rest.no-criteria', `Without criteria this would speak of every ${type}.`);
  }
  return criteria;
}
