import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { WriteResult } from '#platform/store';
import type { Preferences } from './request-headers.ts';

const fhirJson = 'application/fhir+json; charset=utf-8';

export function sendJson(reply: FastifyReply, text: string | Readable): FastifyReply {
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
    return sendJson(reply, JSON.stringify(success(`${type}/${id} ${outcome}.`)));
  }
  return sendJson(reply, content);
}

export function success(text: string) {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: text }],
  };
}
