import type { FastifyRequest } from 'fastify';
import { patientOf } from '#platform/search';
import type { ReadRecord, StoredVersion, WriteResult } from '#platform/store';
import type { FhirContext, FhirService } from './fhir-context.ts';

/** What a read says of itself; who read is added to it. */
export type Noted = Omit<ReadRecord, 'actor'>;

/** The records a request leaves in the audit trail. */
export async function toRecords(
  context: Pick<FhirContext, 'actorOf'>,
  request: FastifyRequest,
  noted: readonly Noted[],
): Promise<ReadRecord[]> {
  const actor = await context.actorOf(request);
  return noted.map((each) => ({ ...each, actor: { ...actor, requestId: request.id } }));
}

/** The read of one resource or version. */
export function readOf(stored: StoredVersion): Noted {
  const { type, id, version } = stored;
  const patient = patientOfVersion(stored);
  return { action: 'R', type, id, version, ...(patient === undefined ? {} : { patient }) };
}

/** The answer to a search or a history: how many resources, and whose. */
export function listOf(
  action: 'S' | 'H',
  address: { readonly type?: string; readonly id?: string },
  shown: readonly StoredVersion[],
): Noted {
  const patients = new Set(shown.map(({ patient }) => patient ?? undefined).filter((each) => each !== undefined));
  return { action, ...address, matches: shown.length, patients: [...patients] };
}

/** Superseded versions are stored without their patient; the resource itself tells. */
export function patientOfVersion({ type, id, patient, content }: StoredVersion): string | undefined {
  if (type === 'Patient') {
    return id;
  }
  if (patient !== undefined) {
    return patient ?? undefined;
  }
  return content === null ? undefined : patientOf(JSON.parse(content));
}

/** A conditional create that found its resource wrote nothing, but shows it: a read, noted before the answer leaves. */
export async function noteMatched(
  service: FhirService,
  request: FastifyRequest,
  results: readonly WriteResult[],
): Promise<void> {
  const noted = results.flatMap(({ outcome, type, id, version, content }): Noted[] => {
    if (outcome !== 'unchanged' || id === undefined || version === undefined || typeof content !== 'string') {
      return [];
    }
    const patient = type === 'Patient' ? id : patientOf(JSON.parse(content));
    return [{ action: 'R', type, id, version, ...(patient === undefined ? {} : { patient }) }];
  });
  await Promise.all((await toRecords(service, request, noted)).map(service.audit.record));
}
