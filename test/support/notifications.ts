import { isJsonObject, type JsonObject } from '#platform/fhir';
import { entriesOf } from './fhir-server.ts';
import type { Receiver } from './receiver.ts';

const guide = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
export const backport = (name: string): string => `${guide}/backport-${name}`;

/** A topic-based subscription by rest-hook that gets whole resources, unless the channel says otherwise. */
export function topicSubscription(topic: string, channel: JsonObject, filters: readonly string[] = []): JsonObject {
  const filter = filters.map((valueString) => ({ url: backport('filter-criteria'), valueString }));
  return {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'test',
    criteria: topic,
    ...(filter.length === 0 ? {} : { _criteria: { extension: filter } }),
    channel: { type: 'rest-hook', payload: 'application/fhir+json', ...content('full-resource'), ...channel },
  };
}

/** The part of a channel that says how much of a resource is sent. */
export function content(valueCode: string): JsonObject {
  return { _payload: { extension: [{ url: backport('payload-content'), valueCode }] } };
}

export type Event = { readonly number: number; readonly focus: unknown; readonly context: readonly unknown[] };

/** What the status in a notification says, read element by element. */
export type Told = {
  readonly type: unknown;
  readonly status: unknown;
  readonly topic: unknown;
  readonly since: unknown;
  readonly error: unknown;
  readonly events: readonly Event[];
};

export function statusIn(parameters: JsonObject): Told {
  const all = partsOf(parameters['parameter']);
  const one = (name: string): JsonObject => all.find((each) => each['name'] === name) ?? {};
  return {
    type: one('type')['valueCode'],
    status: one('status')['valueCode'],
    topic: one('topic')['valueCanonical'],
    since: one('events-since-subscription-start')['valueString'],
    error: one('error')['valueCodeableConcept'],
    events: all.filter(({ name }) => name === 'notification-event').map(({ part }) => toEvent(partsOf(part))),
  };
}

function toEvent(parts: readonly JsonObject[]): Event {
  const referenceOf = ({ valueReference }: JsonObject): unknown =>
    isJsonObject(valueReference) ? valueReference['reference'] : undefined;
  const named = (name: string): JsonObject[] => parts.filter((each) => each['name'] === name);
  return {
    number: Number(named('event-number')[0]?.['valueString']),
    focus: named('focus').map(referenceOf)[0],
    context: named('additional-context').map(referenceOf),
  };
}

/** What a notification Bundle says. */
export function readNotification(bundle: JsonObject): Told & { readonly entries: readonly JsonObject[] } {
  const [first, ...entries] = entriesOf(bundle);
  return { ...statusIn(isJsonObject(first?.['resource']) ? first['resource'] : {}), entries };
}

/** Numbers of the events a receiver has accepted, in the order of their arrival. */
export function numbersAt({ accepted }: Receiver): number[] {
  return accepted.flatMap(({ body }) => readNotification(body).events.map(({ number }) => number));
}

function partsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
