import { AppError } from '#platform/errors';
import { toRecords } from '../note-reads.ts';
import type { Operation, OperationAnswer, OperationCall } from './operation.ts';

/** Runs an operation; what it shows is in the audit trail when this settles, and the answer may leave. */
export async function runOperation(operation: Operation, call: OperationCall): Promise<OperationAnswer> {
  const { service, request } = call;
  const answer = await operation.run(call);
  try {
    await Promise.all((await toRecords(service, request, answer.noted)).map(service.audit.record));
  } catch (error) {
    await discard(answer);
    throw error;
  }
  return answer;
}

/** Lets go of what an answer holds that is not sent: pieces may stand on a statement that is still open. */
export async function discard({ body }: OperationAnswer): Promise<void> {
  if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
    await body[Symbol.asyncIterator]().return?.();
  }
}

/** Refuses a call by a method that must not change what is stored. FHIR R4, operations.html#request. */
export function refuseUnsafeRead({ name, affectsState }: Operation, method: string): void {
  if (affectsState && method !== 'POST') {
    const text = `$${name} changes what is stored and is called by POST.`;
    throw new AppError('unsupportedMethod', 'rest.method-not-allowed', text);
  }
}
