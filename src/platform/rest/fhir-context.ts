import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { isStoredType } from '#platform/search';
import type { Actor, Store } from '#platform/store';

/** What the FHIR routes work with. */
export type FhirContext = {
  readonly store: Store;
  /** Who stands behind a request, for the audit record. */
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  readonly version: string;
};

export type TypeParams = { readonly type: string };
export type InstanceParams = TypeParams & { readonly id: string };

/** Address of the FHIR API as the client called it. */
export function baseUrlOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}/fhir`;
}

export function knownType(params: unknown): string {
  const { type } = params as TypeParams; // as: the route has this parameter
  if (!isStoredType(type)) {
    throw new AppError(
      'notFound',
      'rest.unknown-type',
      `${type.slice(0, 64)} is no resource type of FHIR R4 that can be stored.`,
    );
  }
  return type;
}

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

export function instanceOf(params: unknown): InstanceParams {
  const type = knownType(params);
  const { id } = params as InstanceParams; // as: the route has these parameters
  if (!idPattern.test(id)) {
    throw new AppError('invalid', 'rest.malformed-id', 'An id has 1 to 64 letters, digits, hyphens and dots.');
  }
  return { type, id };
}
