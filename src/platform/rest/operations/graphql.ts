import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { isJsonObject, parseJson } from '#platform/fhir';
import { type GraphqlAnswer, type GraphqlError, runQuery } from '#platform/graphql';
import { toAppError, toOutcome } from '#platform/http';
import { listOf, type Noted, readOf } from '../note-reads.ts';
import { bodyOf, mediaTypeOf } from '../request-headers.ts';
import type { Operation, OperationAnswer, OperationCall } from './operation.ts';

/** FHIR R4, resource-operation-graphql.html and graphql.html. */
export const graphql: Operation = {
  name: 'graphql',
  title: 'Query by GraphQL',
  description:
    'Answers a query in the GraphQL language over the whole record, or starting from one resource. The answer is application/json.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql',
  levels: ['system', 'instance'],
  affectsState: false,
  parameters: [
    { name: 'query', type: 'string', min: 1, documentation: 'The query.' },
    { name: 'variables', type: 'string', documentation: 'Values of its variables, as a JSON object.' },
    { name: 'operationName', type: 'string', documentation: 'Which of the operations in the query is meant.' },
  ],
  results: [{ name: 'result', type: 'Binary', min: 1, documentation: 'The answer of GraphQL, as application/json.' }],
  ownForms: true,
  readBody: readQueryBody,
  run: runGraphql,
};

/** A body of GraphQL over HTTP: the query itself, or a JSON object with query, variables and operationName. */
function readQueryBody(request: FastifyRequest): [string, string][] | undefined {
  switch (mediaTypeOf(request)) {
    case 'application/graphql':
      return [['query', bodyOf(request)]];
    case 'application/json':
      return readJsonBody(bodyOf(request));
    default:
      return undefined;
  }
}

function readJsonBody(text: string): [string, string][] | undefined {
  const body = parseJson(text);
  if (!isJsonObject(body) || 'resourceType' in body) {
    return undefined;
  }
  return ['query', 'variables', 'operationName'].flatMap((name): [string, string][] => {
    const value = body[name];
    if (value === undefined || value === null) return [];
    return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}

async function runGraphql(call: OperationCall): Promise<OperationAnswer> {
  const { service, request, parameters, type, id } = call;
  const asked = {
    query: parameters.text('query') ?? '',
    variables: readVariables(parameters.text('variables')),
    operationName: parameters.text('operationName'),
    at: type !== undefined && id !== undefined ? { type, id } : undefined,
  };
  const answer = await runQuery(service.store, asked);
  const contentType = 'application/json; charset=utf-8';
  const noted = answer.shown.map(
    (each): Noted => ('resource' in each ? readOf(each.resource) : listOf('S', { type: each.type }, each.matches)),
  );
  return { ...toAnswer(answer, request), contentType, noted };
}

function readVariables(text: string | undefined): Record<string, unknown> | undefined {
  const value = text === undefined ? undefined : parseJson(text);
  if (value !== undefined && !isJsonObject(value)) {
    throw new AppError('invalid', 'graphql.variables', 'variables: a JSON object is wanted.');
  }
  return value;
}

/** FHIR R4, graphql.html#errors: an answer without data has the status of its first error. */
function toAnswer(answer: GraphqlAnswer, request: FastifyRequest): Pick<OperationAnswer, 'status' | 'body'> {
  if ('data' in answer) {
    return { body: `{"data":${answer.data}}` };
  }
  const told = answer.errors.map((each) => tell(each, request));
  return {
    status: told[0]?.status ?? 400,
    body: JSON.stringify({ data: null, errors: told.map(({ error }) => error) }),
  };
}

function tell({ message, locations, path, cause }: GraphqlError, request: FastifyRequest) {
  const error =
    cause === undefined ? new AppError('invalid', 'graphql.invalid-query', message.slice(0, 1000)) : toAppError(cause);
  const { status, body } = toOutcome(error, request.id);
  if (status >= 500) {
    request.log.error({ err: error.cause ?? error, code: error.code }, 'a query by GraphQL failed');
  }
  return { status, error: { message: error.message, locations, path, extensions: { resource: body } } };
}
