import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseSearch } from '#platform/search';
import { findVersion, gone, notFound, type Sql, type StoredVersion } from '#platform/store';
import { describeVersion, sendResource } from './answers.ts';
import { sendBytes } from './binary-bytes.ts';
import { type FhirService, type InstanceParams, instanceOf } from './fhir-context.ts';
import { readOf, toRecords } from './note-reads.ts';
import { findOperationDefinition } from './operations/operation-definition.ts';
import { reduceContent } from './reduce-content.ts';
import { heldBy, isNotModified, queryOf } from './request-headers.ts';

export function registerReads(app: FastifyInstance, service: FhirService): void {
  const { readNewest, readOneVersion } = readsOf(service);
  app.get('/:type/:id', readNewest);
  app.get('/:type/:id/_history/:version', readOneVersion);
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** The reads of one resource, which those of a Binary are as well. */
export function readsOf(service: FhirService) {
  const { store, audit, operations } = service;

  const readNewest: Handler = async (request, reply) => {
    const address = instanceOf(request.params);
    const { summary, elements } = parseSearch(address.type, controlsOf(queryOf(request)));
    const actor = await service.actorOf(request);
    const newest = await audit.read(address, { ...actor, requestId: request.id });
    const untold =
      newest || address.type !== 'OperationDefinition' ? undefined : findOperationDefinition(operations, address.id);
    if (untold !== undefined) {
      return sendResource(reply, reduceContent(address.type, untold, { summary, elements }));
    }
    const stored = present(address, newest);
    describeVersion(reply, stored.version, stored.updated);
    if (isNotModified(heldBy(request), stored.version, stored.updated)) {
      return reply.code(304).send();
    }
    const sent = stored.type === 'Binary' ? sendBytes(request, reply, stored.content) : undefined;
    return sent ?? sendResource(reply, reduceContent(stored.type, stored.content, { summary, elements }));
  };

  const readOneVersion: Handler = async (request, reply) => {
    const address = instanceOf(request.params);
    const { version } = request.params as { version: string }; // as: the route has this parameter
    const stored = await readVersion(store.sql, address, version);
    const [record] = await toRecords(service, request, [readOf(stored)]);
    await (record && audit.record(record));
    describeVersion(reply, stored.version, stored.updated);
    const sent = stored.type === 'Binary' ? sendBytes(request, reply, stored.content) : undefined;
    return sent ?? sendResource(reply, stored.content);
  };

  return { readNewest, readOneVersion };
}

/** A version by its number as text; what is no number is the number of no version. */
export async function readVersion(sql: Sql, address: InstanceParams, version: string): Promise<Present> {
  const number = /^\d{1,9}$/.test(version) ? Number(version) : 0;
  return present(address, await findVersion(sql, address, number));
}

export type Present = StoredVersion & { readonly content: string };

export function present(address: InstanceParams, stored: StoredVersion | undefined): Present {
  if (!stored) {
    throw notFound(address);
  }
  const { content } = stored;
  if (content === null) {
    throw gone(address);
  }
  return { ...stored, content };
}

/** Of the parameters of a read, those that shape the answer. */
function controlsOf(parameters: URLSearchParams): [string, string][] {
  return [...parameters].filter(([name]) => name === '_summary' || name === '_elements');
}
