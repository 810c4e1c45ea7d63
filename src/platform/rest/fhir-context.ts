import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { compartments, compartmentTarget, isStoredType, type SearchTarget } from '#platform/search';
import type { Actor, ReadAudit, Store } from '#platform/store';
import type { CapabilityAdditions } from './capability-statement.ts';
import type { Operation } from './operations/operation.ts';
import type { OperationTable } from './operations/operation-table.ts';

/** What the FHIR routes work with. */
export type FhirContext = {
  readonly store: Store;
  /** Who stands behind a request, for the audit record. */
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  readonly version: string;
  /** Operations of other parts, beside those of this one. */
  readonly operations?: readonly Operation[];
  /** Canonical addresses of the CapabilityStatements that other parts fulfil. */
  readonly instantiates?: readonly string[];
  /** What another part adds to the CapabilityStatement of the API at an address. */
  readonly describe?: (baseUrl: string) => Promise<CapabilityAdditions>;
};

/** The same, with the audit trail of reads and the operations, which all routes share. */
export type FhirService = Omit<FhirContext, 'operations'> & {
  readonly audit: ReadAudit;
  readonly operations: OperationTable;
};

export type TypeParams = { readonly type: string };
export type InstanceParams = TypeParams & { readonly id: string };

/** Address of the FHIR API: the record's own where it has one, else as the client called it. */
export function baseUrlOf({ store }: Pick<FhirContext, 'store'>, request: FastifyRequest): string {
  return store.baseUrl ?? `${request.protocol}://${request.host}/fhir`;
}

export function knownType(params: unknown): string {
  const { type } = params as TypeParams; // as: the route has this parameter
  if (!isStoredType(type)) {
    const text = `${type.slice(0, 64).toWellFormed()} is no resource type of FHIR R4 that can be stored.`;
    throw new AppError('notFound', 'rest.unknown-type', text);
  }
  return type;
}

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

export function isId(text: string): boolean {
  return idPattern.test(text);
}

export function instanceOf(params: unknown): InstanceParams {
  const type = knownType(params);
  const { id } = params as InstanceParams; // as: the route has these parameters
  if (!isId(id)) {
    const text = 'An id has 1 to 64 letters, digits, hyphens and dots.';
    throw new AppError('invalid', 'rest.malformed-id', text, {
      issues: [{ severity: 'error', code: 'value', text, expression: `${type}.id` }],
    });
  }
  return { type, id };
}

/** The part of a compartment that an address names: resources of one type, or `*` for all. */
export function knownCompartment({ type, id }: InstanceParams, member: string): SearchTarget {
  if (!compartments.includes(type)) {
    const text = `A ${type} has no compartment; ${compartments.join(', ')} have.`;
    throw new AppError('notFound', 'rest.unknown-compartment', text);
  }
  const target = compartmentTarget(type, id, member);
  if (target.types.length === 0) {
    const shown = member.slice(0, 64).toWellFormed();
    throw new AppError('notFound', 'rest.unknown-member', `${shown} never belongs to the compartment of a ${type}.`);
  }
  return target;
}
