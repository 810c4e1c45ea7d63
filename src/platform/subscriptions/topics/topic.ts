import { compileFhirPath, type FhirPath, isJsonObject, type JsonObject } from '#platform/fhir';
import { type Condition, type Include, isStoredType, parseSearch } from '#platform/search';
import { readConditions } from '../criteria/read-criteria.ts';
import { refusal } from '../errors.ts';

export type Interaction = 'create' | 'update' | 'delete';

/** When a change of a resource is an event of the topic. FHIR R5, subscriptiontopic.html#resourceTrigger. */
export type Trigger = {
  readonly type: string;
  readonly interactions: readonly Interaction[];
  readonly previous: readonly Condition[] | undefined;
  readonly current: readonly Condition[] | undefined;
  /** What the test of the version before says where there was none, and that of the current one after a deletion. */
  readonly resultForCreate: boolean;
  readonly resultForDelete: boolean;
  readonly requireBoth: boolean;
  readonly fhirPath: FhirPath | undefined;
};

/** A filter a subscription may use; a type without any may be filtered by each of its search parameters. */
export type Filter = {
  readonly type: string | undefined;
  readonly parameter: string;
  readonly comparators: readonly string[];
  readonly modifiers: readonly string[];
};

/** What goes along with a focus of a type. */
export type Shape = {
  readonly type: string;
  readonly includes: readonly Include[];
  readonly revIncludes: readonly Include[];
};

export type Topic = {
  readonly url: string;
  readonly version: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly triggers: readonly Trigger[];
  readonly filters: readonly Filter[];
  readonly shapes: readonly Shape[];
};

const triggersAtMost = 50;

/** Reads a SubscriptionTopic in the form of R5; what is not done here is refused with its place. */
export function readTopic(topic: JsonObject, place: string): Topic {
  const url = textOf(topic['url']);
  const triggers = objectsOf(topic['resourceTrigger']);
  if (url === undefined || !/^[A-Za-z][A-Za-z0-9+.-]*:[^\s|]+$/.test(url)) {
    throw refusal(place, 'A topic has an absolute canonical url.', 'required');
  }
  if (objectsOf(topic['eventTrigger']).length > 0) {
    throw refusal(place, 'eventTrigger: events other than changes of resources are not supported.', 'not-supported');
  }
  if (triggers.length === 0 || triggers.length > triggersAtMost) {
    throw refusal(place, `A topic has 1 to ${triggersAtMost} resource triggers.`, 'required');
  }
  return {
    url,
    version: textOf(topic['version']),
    title: textOf(topic['title']),
    description: textOf(topic['description']),
    triggers: triggers.map((each) => readTrigger(each, place)),
    filters: objectsOf(topic['canFilterBy']).map((each) => readFilter(each, place)),
    shapes: objectsOf(topic['notificationShape']).map((each) => readShape(each, place)),
  };
}

function readTrigger(trigger: JsonObject, place: string): Trigger {
  const type = readType(trigger['resource'], place);
  const criteria = isJsonObject(trigger['queryCriteria']) ? trigger['queryCriteria'] : {};
  const query = (name: string): readonly Condition[] | undefined => {
    const text = textOf(criteria[name]);
    return text === undefined ? undefined : readConditions(type, withoutType(text, type), place);
  };
  return {
    type,
    interactions: readInteractions(trigger['supportedInteraction'], place),
    previous: query('previous'),
    current: query('current'),
    resultForCreate: criteria['resultForCreate'] === 'test-passes',
    resultForDelete: criteria['resultForDelete'] === 'test-passes',
    requireBoth: criteria['requireBoth'] === true,
    fhirPath: readFhirPath(textOf(trigger['fhirPathCriteria']), place),
  };
}

/** A queryCriteria may repeat the type, as in `Encounter?status=finished`. */
function withoutType(query: string, type: string): string {
  return query.startsWith(`${type}?`) ? query.slice(type.length + 1) : query;
}

const allInteractions: readonly Interaction[] = ['create', 'update', 'delete'];

function readInteractions(value: unknown, place: string): readonly Interaction[] {
  const given = Array.isArray(value) ? value : [];
  const known = allInteractions.filter((each) => given.includes(each));
  if (known.length < given.length) {
    throw refusal(place, 'supportedInteraction is create, update or delete.', 'value');
  }
  return known.length === 0 ? allInteractions : known;
}

const expressionAtMost = 2000;

function readFhirPath(expression: string | undefined, place: string): FhirPath | undefined {
  if (expression === undefined) {
    return undefined;
  }
  try {
    if (expression.length > expressionAtMost) {
      throw new Error('too long');
    }
    return compileFhirPath(expression);
  } catch (cause) {
    throw refusal(
      place,
      'fhirPathCriteria: this is no FHIRPath expression that can be evaluated here.',
      'value',
      cause,
    );
  }
}

function readFilter(filter: JsonObject, place: string): Filter {
  const parameter = textOf(filter['filterParameter']);
  if (parameter === undefined) {
    throw refusal(place, 'canFilterBy: a filterParameter is required.', 'required');
  }
  return {
    type: filter['resource'] === undefined ? undefined : readType(filter['resource'], place),
    parameter,
    comparators: textsOf(filter['comparator']),
    modifiers: textsOf(filter['modifier']),
  };
}

function readShape(shape: JsonObject, place: string): Shape {
  const type = readType(shape['resource'], place);
  const read = (name: string, values: unknown): [string, string][] => textsOf(values).map((each) => [name, each]);
  try {
    const { includes, revIncludes } = parseSearch(type, [
      ...read('_include', shape['include']),
      ...read('_revinclude', shape['revInclude']),
    ]);
    return { type, includes, revIncludes };
  } catch (cause) {
    throw refusal(place, `notificationShape: ${cause instanceof Error ? cause.message : ''}`, 'value', cause);
  }
}

const definitions = 'http://hl7.org/fhir/StructureDefinition/';

function readType(value: unknown, place: string): string {
  const text = textOf(value) ?? '';
  const type = text.startsWith(definitions) ? text.slice(definitions.length) : text;
  if (!isStoredType(type)) {
    throw refusal(
      place,
      `${type.slice(0, 100).toWellFormed()} is no resource type of FHIR R4 that can be stored.`,
      'value',
    );
  }
  return type;
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
