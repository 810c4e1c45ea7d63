import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { indentJson, parseJson, resourceToXml } from '#platform/fhir';
import { type AnswerForm, isAsStored, wantedForm } from './media-types.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers in media types of its own as well: what `Accept` names beside FHIR is its business. */
    readonly ownForms?: boolean;
  }
}

/**
 * Decides for each request, once, in which form it is answered. Routes send resources as the JSON text they are stored
 * in; only where another form is wanted the text is turned into it, errors as well.
 */
export function negotiateForms(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    try {
      reply.header('Vary', 'Accept');
      settleForm(request, reply);
      done();
    } catch (error) {
      done(error as Error); // as: what is thrown here is an AppError
    }
  });
}

/** The same by parameters that came in the body of a search. */
export function settleForm(request: FastifyRequest, reply: FastifyReply, parameters?: URLSearchParams): void {
  const form = wantedForm(request, parameters);
  if (!form) {
    if (request.routeOptions.config.ownForms && !parameters) return;
    throw notAcceptable();
  }
  if (!isAsStored(form)) {
    reply.serializer((payload: string) => toWanted(payload, reply, form));
  } else if (parameters) {
    reply.serializer((payload: string) => payload);
  }
}

/** Refuses a request that wants none of the forms a resource has here. */
export function requireForm(request: FastifyRequest): void {
  if (!wantedForm(request)) throw notAcceptable();
}

function notAcceptable(): AppError {
  const text = 'This server answers in JSON (application/fhir+json) and XML (application/fhir+xml), of FHIR 4.0.';
  return new AppError('notAcceptable', 'rest.not-acceptable', text);
}

/** Bytes and pieces of an answer go out as they are in the form it is stored in; any other form needs the whole text. */
export async function inWantedForm(
  request: FastifyRequest,
  body: string | Buffer | Readable,
): Promise<string | Buffer | Readable> {
  const form = wantedForm(request);
  if (typeof body === 'string' || !form || isAsStored(form)) return body;
  return Buffer.isBuffer(body) ? body.toString() : text(body);
}

const fhirJson = 'application/fhir+json';

function toWanted(json: string, reply: FastifyReply, wanted: AnswerForm): string {
  if (!String(reply.getHeader('Content-Type')).startsWith(fhirJson)) return json;
  if (wanted.form === 'json') {
    reply.type(`${wanted.mediaType}; charset=utf-8`);
    return wanted.pretty ? indentJson(json) : json;
  }
  const xml = toXml(json, reply, wanted);
  if (xml === undefined) return json;
  reply.type(`${wanted.mediaType}; charset=utf-8`);
  return xml;
}

/** An error whose words XML cannot hold is told in JSON. */
function toXml(json: string, reply: FastifyReply, { pretty }: AnswerForm): string | undefined {
  try {
    return resourceToXml(parseJson(json), { pretty });
  } catch (error) {
    if (reply.statusCode >= 400 && error instanceof AppError) return undefined;
    throw error;
  }
}
