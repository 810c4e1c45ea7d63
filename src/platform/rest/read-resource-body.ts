import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { isJsonObject, parseJson, type Resource, xmlToResourceInTurns } from '#platform/fhir';
import { readBinary } from './binary-bytes.ts';
import { bodyForm } from './media-types.ts';
import { bodyOf } from './request-headers.ts';

/** What the body holds, by the form its `Content-Type` names. */
export async function readBody(request: FastifyRequest): Promise<unknown> {
  return bodyForm(request) === 'json' ? parseJson(bodyOf(request)) : xmlToResourceInTurns(bodyOf(request));
}

/** Parses a body that must be a resource of the type the address names. */
export async function readResourceBody(request: FastifyRequest, type: string): Promise<Resource> {
  if (Buffer.isBuffer(request.body)) {
    return readBinary(request, request.body); // the routes of Binary leave the bytes as they came
  }
  return toResource(await readBody(request), type, 'The body');
}

export function toResource(value: unknown, type: string, what: string): Resource {
  if (!isJsonObject(value) || typeof value['resourceType'] !== 'string') {
    throw new AppError('invalid', 'rest.no-resource', `${what} is no resource: it has no resourceType.`, {
      issues: [
        {
          severity: 'error',
          code: 'structure',
          text: `${what} is no resource: it has no resourceType.`,
          expression: type,
        },
      ],
    });
  }
  if (value['resourceType'] !== type) {
    const text = `${what} is not the ${type} that the address names.`;
    throw new AppError('invalid', 'rest.type-mismatch', text, {
      issues: [{ severity: 'error', code: 'invalid', text, expression: 'resourceType' }],
    });
  }
  return value as Resource; // as: an object with a resourceType; validation says the rest
}
