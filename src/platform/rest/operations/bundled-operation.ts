import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { type Entry, malformed } from '../bundle-entries.ts';
import { type FhirService, instanceOf, knownType } from '../fhir-context.ts';
import { readParameters } from '../request-headers.ts';
import { joinPieces } from './join-pieces.ts';
import type { OperationAnswer, OperationLevel } from './operation.ts';
import { readParameterValues } from './read-parameters.ts';
import { discard, refuseUnsafeRead, runOperation } from './run-operation.ts';

const address =
  /^(?:(?<type>[A-Za-z]+)\/(?:(?<id>[^/$]+)\/(?:_history\/(?<version>[^/$]+)\/)?)?)?\$(?<name>[^/?]+)(?:\?(?<query>.*))?$/;

/** Whether the entry of a Bundle calls an operation. */
export function isOperation({ url }: Entry): boolean {
  return /(?:^|\/)\$[^/?]*(?:\?|$)/.test(url);
}

type Call = { readonly service: FhirService; readonly request: FastifyRequest; readonly baseUrl: string };

/** An answer within a Bundle is held in memory as a whole. */
const answerAtMost = 16 * 1024 * 1024;

/** Runs the operation that the entry of a batch calls, and gives the entry of the answer. */
export async function runBundledOperation(call: Call, entry: Entry): Promise<string> {
  const { service, request, baseUrl } = call;
  const { name, query, ...place } = readCall(entry, baseUrl);
  const operation = service.operations.get(name, place);
  refuseUnsafeRead(operation, entry.method);
  const parameters = readParameterValues(operation, query, entry.method === 'POST' ? entry.resource : undefined);
  const answer = await runOperation(operation, { service, request, baseUrl, ...place, parameters });
  const { status = 200 } = answer;
  const body = await wholeBody(answer);
  const resource = body === undefined || entry.method === 'HEAD' ? '' : `"resource":${body},`;
  return `{${resource}"response":{"status":"${status}"}}`;
}

function readCall({ url, path, method }: Entry, baseUrl: string) {
  const relative = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\//, '');
  const { type, id, version, name = '', query = '' } = address.exec(relative)?.groups ?? {};
  if (name === '' || (method !== 'GET' && method !== 'HEAD' && method !== 'POST')) {
    throw malformed(`${path}.request`, 'An operation is called by GET or POST at an address that ends in its $name.');
  }
  const level: OperationLevel =
    type === undefined ? 'system' : id === undefined ? 'type' : version === undefined ? 'instance' : 'version';
  const known = type === undefined ? undefined : id === undefined ? knownType({ type }) : instanceOf({ type, id }).type;
  return { level, type: known, id, version, name, query: readParameters(query) };
}

async function wholeBody(answer: OperationAnswer): Promise<string | undefined> {
  const { body, contentType } = answer;
  if (contentType !== undefined) {
    await discard(answer);
    const text = 'This answer is no resource; call the operation by itself.';
    throw new AppError('notAcceptable', 'rest.no-resource-answer', text);
  }
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    return body?.toString();
  }
  const joined = await joinPieces(body, answerAtMost, () => {
    const text = 'The answer is too large for a Bundle; call the operation by itself, or with _count.';
    throw new AppError('tooLarge', 'rest.answer-too-large', text);
  });
  return joined.toString();
}
