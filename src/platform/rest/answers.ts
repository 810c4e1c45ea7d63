import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { WriteResult } from '#platform/store';
import type { Preferences } from './request-headers.ts';

const fhirJson = 'application/fhir+json; charset=utf-8';

/** Sends a resource as the JSON text it is; where another form is wanted, `negotiate.ts` turns it into that. */
export function sendResource(reply: FastifyReply, text: string | Buffer | Readable): FastifyReply {
  return reply.type(fhirJson).send(text);
}

export function etag(version: number): string {
  return `W/"${version}"`;
}

/** Headers of a resource version. */
export function describeVersion(reply: FastifyReply, version: number, updated: string): FastifyReply {
  return reply.header('ETag', etag(version)).header('Last-Modified', new Date(updated).toUTCString());
}

/** The answer to a write, as `Prefer` wants it. */
export function sendWritten(
  reply: FastifyReply,
  result: WriteResult,
  preferences: Preferences,
  baseUrl: string,
): FastifyReply {
  const { type, id, version, updated, content, outcome } = result;
  reply.code(outcome === 'created' ? 201 : 200);
  if (version !== undefined && updated !== undefined) {
    describeVersion(reply, version, updated);
    reply.header('Location', `${baseUrl}/${type}/${id}/_history/${version}`);
  }
  if (preferences.return === 'minimal') {
    return reply.send();
  }
  if (preferences.return === 'OperationOutcome' || content === undefined) {
    return sendResource(reply, JSON.stringify(success(`${type}/${id} ${outcome}.`)));
  }
  return sendResource(reply, content);
}

export function success(text: string) {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: text }],
  };
}
