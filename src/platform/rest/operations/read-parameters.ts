import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { findType, isJsonObject, type JsonObject, type Resource, validateResource } from '#platform/fhir';
import { readBody, toResource } from '../read-resource-body.ts';
import { queryOf } from '../request-headers.ts';
import type { Operation, ParameterDefinition } from './operation.ts';
import { type OperationParameters, toOperationParameters } from './operation-parameters.ts';
import { refusedParameter } from './refused-parameter.ts';

/** More than any honest call has; each is checked. */
const parametersAtMost = 1000;

/** Controls of the answer that the HTTP border heeds, but for an operation that names them. */
const bordersOwn = new Set(['_format', '_pretty']);

/** One parameter as it came, with the place that an error names. */
type Given = { readonly name: string; readonly value: unknown; readonly place: string };

/** The parameters of a call by HTTP: those of the address and those of the body. */
export async function readCallParameters(operation: Operation, request: FastifyRequest): Promise<OperationParameters> {
  const hasBody = request.method === 'POST' && typeof request.body === 'string' && request.body !== '';
  const own = hasBody ? operation.readBody?.(request) : undefined;
  const body = hasBody && !own ? await readBody(request) : undefined;
  return readParameterValues(operation, [...queryOf(request), ...(own ?? [])], body);
}

/**
 * Parameters of an address and of a body, each checked against the operation's definition. The body is a Parameters
 * resource or, where the operation takes one resource, that resource (FHIR R4, operations.html#request).
 */
export function readParameterValues(
  operation: Operation,
  query: Iterable<readonly [string, string]>,
  body: unknown,
): OperationParameters {
  const own = new Set(operation.parameters.map(({ name }) => name));
  const fromAddress = [...query]
    .filter(([name, value]) => (own.has(name) || !bordersOwn.has(name)) && value !== '')
    .map(([name, value]): Given => ({ name, value, place: `http.${name}` }));
  const given = [...fromAddress, ...(body === undefined ? [] : readGivenBody(operation, body))];
  if (given.length > parametersAtMost) {
    throw new AppError('tooLarge', 'rest.too-many-parameters', `A call has ${parametersAtMost} parameters at most.`);
  }
  return check(operation.parameters, given, operation.takesSearchParameters ?? false);
}

function readGivenBody(operation: Operation, body: unknown): Given[] {
  const type = isJsonObject(body) ? body['resourceType'] : undefined;
  const sole = operation.parameters.filter(takesResource);
  const [only] = sole;
  if (only && sole.length === 1 && typeof type === 'string' && type !== 'Parameters') {
    return [{ name: only.name, value: body, place: type }];
  }
  const { parameter: parameters = [] } = toResource(body, 'Parameters', 'The body');
  if (!Array.isArray(parameters)) {
    throw refusedParameter('Parameters.parameter', 'Parameters.parameter is a list.', 'structure');
  }
  return parameters.map((each, at) => readGiven(each, `Parameters.parameter[${at}]`));
}

function readGiven(parameter: unknown, place: string): Given {
  if (!isJsonObject(parameter) || typeof parameter['name'] !== 'string') {
    throw refusedParameter(`${place}.name`, 'Each parameter has a name.', 'required');
  }
  const { name } = parameter;
  const [key, ...others] = Object.keys(parameter).filter((each) => /^(?:value[A-Z]|resource$|part$)/.test(each));
  if (key === undefined || others.length > 0) {
    throw refusedParameter(place, `${shorten(name)}: one value, resource or list of parts is wanted.`, 'structure');
  }
  return { name, value: parameter[key], place: `${place}.${key}` };
}

/** Values by name, each of the type its definition says; refuses what is unknown, missing or too many. */
function check(
  definitions: readonly ParameterDefinition[],
  given: readonly Given[],
  takesOthers: boolean,
): OperationParameters {
  const known = new Map(definitions.map((each) => [each.name, each]));
  const plain: [string, string | number | boolean | JsonObject][] = [];
  const parted: [string, OperationParameters][] = [];
  const others: [string, string][] = [];
  for (const each of given) {
    const definition = known.get(each.name);
    if (definition?.part) {
      parted.push([each.name, readParts(definition.part, each)]);
    } else if (definition) {
      plain.push([each.name, readValue(definition, each)]);
    } else if (takesOthers) {
      others.push([each.name, toSearchText(each)]);
    } else {
      const text = `${shorten(each.name)}: this operation has no such parameter; it has ${listNames(definitions)}.`;
      throw refusedParameter(each.place, text, 'not-supported');
    }
  }
  definitions.forEach((each) => refuseWrongNumber(each, given));
  return toOperationParameters({ plain, parted, others });
}

function refuseWrongNumber({ name, min = 0, max = 1 }: ParameterDefinition, given: readonly Given[]): void {
  const own = given.filter((each) => each.name === name);
  if (own.length < min) {
    throw refusedParameter(`http.${name}`, `${name}: this parameter is required.`, 'required');
  }
  if (max !== '*' && own.length > max) {
    const place = own.at(-1)?.place ?? `http.${name}`;
    throw refusedParameter(
      place,
      `${name}: this parameter may be given ${max === 1 ? 'once' : `${max} times`}.`,
      'structure',
    );
  }
}

function readParts(definitions: readonly ParameterDefinition[], { name, value, place }: Given): OperationParameters {
  if (!Array.isArray(value)) {
    throw refusedParameter(place, `${name}: parts are wanted; they are given in a Parameters body.`, 'structure');
  }
  const parts = value.map((each, at) => readGiven(each, `${place}[${at}]`));
  return check(definitions, parts, false);
}

function readValue(definition: ParameterDefinition, given: Given): string | number | boolean | JsonObject {
  return takesResource(definition) ? readResource(definition.type ?? '', given) : readDataType(definition, given);
}

function readResource(type: string, { name, value, place }: Given): Resource {
  if (!isJsonObject(value)) {
    throw refusedParameter(place, `${shorten(name)}: a resource is wanted; it is given in the body.`, 'structure');
  }
  if (typeof value['resourceType'] !== 'string' || (type !== 'Resource' && value['resourceType'] !== type)) {
    throw refusedParameter(
      place,
      `${shorten(name)}: ${type === 'Resource' ? 'a resource' : `a ${type}`} is wanted.`,
      'invalid',
    );
  }
  return toResource(value, value['resourceType'], name);
}

/** A value of a data type; its text in an address is read as that type. */
function readDataType(
  { name, type = '' }: ParameterDefinition,
  { value, place }: Given,
): string | number | boolean | JsonObject {
  const read = typeof value === 'string' ? fromText(type, value) : value;
  const key = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const [fault] = validateResource({ resourceType: 'Parameters', parameter: [{ name, [key]: read }] });
  if (fault) {
    throw refusedParameter(place, `${name}: ${type} is wanted: ${fault.text}`, fault.code);
  }
  return read as string | number | boolean | JsonObject; // as: a valid value of a data type is a primitive or an object
}

function fromText(type: string, text: string): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'integer':
    case 'unsignedInt':
    case 'positiveInt':
      return /^-?\d{1,10}$/.test(text) ? Number(text) : text;
    case 'decimal':
      return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
    case 'date':
    case 'dateTime':
    case 'instant':
      return text.replace(/ (?=\d\d:\d\d$)/, '+'); // an unescaped + of the zone arrives as a space
    case 'Reference':
      return { reference: text };
    default:
      return text;
  }
}

function toSearchText({ name, value, place }: Given): string {
  if (typeof value === 'object' || value === undefined) {
    throw refusedParameter(place, `${shorten(name)}: a search parameter is a text, as in an address.`, 'value');
  }
  return String(value);
}

function takesResource({ type = '' }: ParameterDefinition): boolean {
  return findType(type)?.kind === 'resource';
}

function listNames(definitions: readonly ParameterDefinition[]): string {
  return definitions.length === 0 ? 'none' : definitions.map(({ name }) => name).join(', ');
}

function shorten(name: string): string {
  return name.slice(0, 64).toWellFormed();
}
