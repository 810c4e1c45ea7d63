import { AppError } from '#platform/errors';
import { cloneJson } from '#platform/fhir';
import { patientOf } from '#platform/search';
import { bucketOfId, newId } from './bucket.ts';
import { multipleMatches, unresolvedReference } from './errors.ts';
import { findOnly } from './resolve-conditions.ts';
import { findReferences, rewriteReferences } from './rewrite-references.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { isOpen, placeOf, type Step } from './write-step.ts';

/** Addresses that hold only within the requests (`urn:uuid:`, conditional references), and what they are in the record. */
type Addresses = Map<string, string>;

/**
 * Gives ids and buckets to new resources, and puts real addresses in place of those that hold only between the
 * requests. Patients come first: whatever belongs to them is stored in their buckets, and its ids say so.
 */
export async function connectEntries(store: Store, sql: Sql, steps: readonly Step[], closed: boolean): Promise<void> {
  const addresses: Addresses = new Map();
  const patients = steps.filter(({ request }) => request.type === 'Patient');
  patients.filter(isOpen).forEach((step) => giveId(store, step, addresses));
  steps.forEach((step) => addAddress(addresses, step));
  const open = steps.filter(isOpen);
  await resolveConditionalReferences(store, sql, open, addresses);
  for (const step of open.filter(({ request }) => request.type !== 'Patient')) {
    giveId(store, step, addresses);
    addAddress(addresses, step);
  }
  for (const step of steps.filter(({ twin }) => twin !== undefined)) {
    addAddress(addresses, step);
  }
  for (const step of open) {
    rewrite(step, addresses);
    if (closed) {
      refuseUnresolved(step);
    }
  }
}

/** The id and bucket of a resource that needs nothing of the others. */
export function giveId(store: Pick<Store, 'baseUrl'>, step: Step, addresses: Addresses = new Map()): void {
  const { request } = step;
  const patient = step.resource && patientOf(step.resource, store.baseUrl, resolverFor(step, addresses));
  const home = request.type === 'Patient' || patient === undefined ? undefined : bucketOfId(patient);
  const wanted = request.kind === 'create' ? request.wantedId : undefined;
  step.id ??= wanted ?? newId(home);
  step.bucket = step.newest?.bucket ?? home ?? bucketOfId(step.id);
}

function addAddress(addresses: Addresses, step: Step): void {
  const { request, settled, id, twin } = step;
  const target = settled?.id ?? twin?.id ?? id;
  if (request.fullUrl !== undefined && target !== undefined) {
    addresses.set(request.fullUrl, `${request.type}/${target}`);
  }
}

const restful = /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;

/** FHIR R4, bundle.html#references: a relative address counts from the base of the entry's own fullUrl. */
function resolverFor({ request }: Step, addresses: Addresses): (address: string) => string | undefined {
  const base = restful.exec(request.fullUrl ?? '')?.[1];
  return (address) => addresses.get(address) ?? (base === undefined ? undefined : addresses.get(base + address));
}

const conditionalReference = /^([A-Z][A-Za-z]+)\?(.*)$/s;

/** Whether a stored text still holds a reference that names its target by criteria. */
export function hasConditionalReference(content: string): boolean {
  return /"reference":"[A-Z][A-Za-z]+\?/.test(content);
}

async function resolveConditionalReferences(
  store: Store,
  sql: Sql,
  steps: readonly Step[],
  addresses: Addresses,
): Promise<void> {
  for (const step of steps) {
    for (const { address, path } of findReferences(step.resource, placeOf(step))) {
      if (!addresses.has(address) && conditionalReference.test(address)) {
        addresses.set(address, await resolveByCriteria(store, sql, address, path));
      }
    }
  }
}

async function resolveByCriteria(store: Store, sql: Sql, address: string, path: string): Promise<string> {
  const [, type = '', query = ''] = conditionalReference.exec(address) ?? [];
  try {
    const match = await findOnly(store, sql, { type, criteria: [...new URLSearchParams(query)] });
    if (match) {
      return `${type}/${match.id}`;
    }
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    throw error.code === 'store.multiple-matches'
      ? multipleMatches(type, path)
      : unresolvedReference(address, path, error.message.replace(/\.$/, ''));
  }
  throw unresolvedReference(address, path, `no ${type} meets it`);
}

function rewrite(step: Step, addresses: Addresses): void {
  if (addresses.size > 0 && step.resource) {
    step.resource = cloneJson(step.resource); // a retry begins with the resource as it was given
    rewriteReferences(step.resource, resolverFor(step, addresses));
  }
}

/** After rewriting, no address within the transaction is left; a stored Bundle keeps its own. */
function refuseUnresolved(step: Step): void {
  for (const { address, path } of findReferences(step.resource, placeOf(step))) {
    if (address.startsWith('urn:uuid:') && step.request.type !== 'Bundle') {
      throw unresolvedReference(address, path, 'no entry of the transaction has this fullUrl');
    }
  }
}
