import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { isJsonObject, parseJson, type Resource, xmlToResourceInTurns } from '#platform/fhir';
import { bodyLimitBytes, decodeBody } from '#platform/http';
import { formOf, isOwnType, prefersType } from './media-types.ts';
import { requireForm } from './negotiate.ts';
import { mediaTypeOf } from './request-headers.ts';

/** As base64 in a resource they are still no more than a body may have. */
const bytesAtMost = (bodyLimitBytes / 4) * 3 - 1024;

/** A media type that can stand in a header: nothing but it, and no line end. */
const mediaType = /^[\w.+-]+\/[\w.+-]+(?: ?; ?[\w.-]+=(?:[\w.+-]+|"[^"\\\u0000-\u001f\u0080-\uffff]*"))*$/;

type Content = { readonly contentType: string; readonly data: string };

function contentOf(binary: string): Content {
  const { contentType, data } = JSON.parse(binary) as Partial<Content>; // as: what is stored has been a valid Binary
  const isUsable = contentType !== undefined && contentType.length <= 200 && mediaType.test(contentType);
  return { contentType: isUsable ? contentType : 'application/octet-stream', data: data ?? '' };
}

/**
 * Sends what a Binary holds where that is wanted and not the resource: then `undefined` (FHIR R4, binary.html#rest).
 * It may be a page with scripts that somebody else has put here: it goes to the disk of who reads it, and the policy of
 * the server forbids everything to what a browser shows of it all the same.
 */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, binary: string): FastifyReply | undefined {
  const { contentType, data } = contentOf(binary);
  if (!prefersType(request, (contentType.split(';')[0] ?? '').trim().toLowerCase())) {
    requireForm(request);
    return undefined;
  }
  return reply.type(contentType).header('Content-Disposition', 'attachment').send(Buffer.from(data, 'base64'));
}

/**
 * The Binary a body stands for: bytes of any kind are what it holds, unless they are themselves a Binary in one of the
 * forms of FHIR. FHIR R4, binary.html#rest.
 */
export async function readBinary(request: FastifyRequest, bytes: Buffer): Promise<Resource> {
  if (bytes.length === 0) {
    throw new AppError('invalid', 'rest.no-body', 'The request needs a body.');
  }
  const resource = await readResource(request, bytes);
  return isJsonObject(resource) && resource['resourceType'] === 'Binary'
    ? (resource as Resource) // as: an object with a resourceType; validation says the rest
    : toBinary(request, bytes);
}

/** What calls itself FHIR must be readable; other JSON and XML may be anything. */
async function readResource(request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  const form = formOf(mediaTypeOf(request));
  if (!form) return undefined;
  try {
    const text = decodeBody(request, bytes);
    return form === 'json' ? parseJson(text) : await xmlToResourceInTurns(text);
  } catch (error) {
    if (error instanceof AppError && !isOwnType(mediaTypeOf(request))) return undefined;
    throw error;
  }
}

function toBinary({ headers, params }: FastifyRequest, bytes: Buffer): Resource {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    const text = 'Compressed bodies are not taken; send it plain.';
    throw new AppError('unsupportedMediaType', 'http.content-encoding', text);
  }
  if (bytes.length > bytesAtMost) {
    const text = `A Binary holds ${bytesAtMost} bytes at most.`;
    throw new AppError('tooLarge', 'rest.binary-too-large', text);
  }
  const { id } = params as { readonly id?: string }; // as: an update has this parameter
  return {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType: (headers['content-type'] ?? '').trim().replaceAll(/\s+/g, ' '),
    ...securityContext(headers['x-security-context']),
    data: bytes.toString('base64'),
  };
}

const reference = /^(?:https?:\/\/\S+\/)?[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;

/** FHIR R4, binary.html#security: what decides who may read the bytes. */
function securityContext(header: string | string[] | undefined) {
  if (header === undefined) return {};
  if (typeof header !== 'string' || !reference.test(header.trim())) {
    const text = 'X-Security-Context: a reference such as Patient/1 is wanted.';
    throw new AppError('invalid', 'rest.security-context', text);
  }
  return { securityContext: { reference: header.trim() } };
}
