import { isJsonObject, type JsonObject, type Resource } from '#platform/fhir';
import { refusal } from './errors.ts';
import { type Payload, readPayload } from './payload.ts';

export type SubscriptionStatus = 'requested' | 'active' | 'error' | 'off';

export type Channel = {
  readonly type: 'rest-hook' | 'websocket';
  /** Where a rest-hook points to. */
  readonly endpoint: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly payload: Payload | undefined;
};

/** How much of a resource a topic-based notification carries. */
export type Content = 'empty' | 'id-only' | 'full-resource';

/** What a Subscription asks for in the manner of R4: a search, and the resource as it is. */
export type ByCriteria = { readonly kind: 'criteria'; readonly criteria: string };

/** What a Subscription asks for in the manner of R5 (backport): a topic, filters, notification Bundles. */
export type ByTopic = {
  readonly kind: 'topic';
  /** Canonical url of the topic; a version behind `|` is kept apart. */
  readonly topic: string;
  readonly topicVersion: string | undefined;
  /** `Type?parameter=value`, or without the type where the topic has one. */
  readonly filters: readonly string[];
  readonly content: Content;
  readonly heartbeatSeconds: number | undefined;
  readonly timeoutSeconds: number | undefined;
  /** Most events in one notification. */
  readonly maxCount: number | undefined;
};

export type Definition = (ByCriteria | ByTopic) & {
  readonly channel: Channel;
  /** After this moment, in milliseconds, the server turns the subscription off. */
  readonly end: number | undefined;
};

const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';

/** Reads what a valid Subscription resource asks for; refuses what this server does not do, and names the element. */
export function readDefinition(resource: Resource): Definition {
  const channel = objectOf(resource['channel']);
  const criteria = textOf(resource['criteria']) ?? '';
  const end = textOf(resource['end']);
  const base = { channel: readChannel(channel), end: end === undefined ? undefined : Date.parse(end) };
  if (!isCanonical(criteria)) {
    refuseTopicExtensions(resource);
    return { kind: 'criteria', criteria, ...base };
  }
  return { ...readTopicRequest(resource, channel, criteria), ...base };
}

/** A search begins with a type, the canonical url of a topic with a scheme. */
function isCanonical(criteria: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(criteria);
}

function readTopicRequest(resource: Resource, channel: JsonObject, criteria: string): ByTopic {
  const [topic = '', topicVersion] = criteria.split('|');
  const filters = extensionsOf(resource['_criteria'], 'backport-filter-criteria').map(
    ({ valueString }) => textOf(valueString) ?? '',
  );
  const inChannel = (name: string): unknown => extensionsOf(channel, name).map(numberOf)[0];
  const place = 'Subscription.channel.payload';
  const contents = extensionsOf(channel['_payload'], 'backport-payload-content').map(({ valueCode }) => valueCode);
  const [content] = contents;
  if (contents.length !== 1 || !isContent(content)) {
    const text =
      'A topic-based subscription says once what its payload carries, by the extension backport-payload-content: empty, id-only or full-resource.';
    throw refusal(`${place}.extension`, text, contents.length === 0 ? 'required' : 'value');
  }
  if (channel['payload'] === undefined) {
    throw refusal(place, 'A topic-based subscription names the media type of its payload.', 'required');
  }
  return {
    kind: 'topic',
    topic,
    topicVersion,
    filters,
    content,
    heartbeatSeconds: bounded(inChannel('backport-heartbeat-period'), 'backport-heartbeat-period', heartbeatBounds),
    timeoutSeconds: bounded(inChannel('backport-timeout'), 'backport-timeout', timeoutBounds),
    maxCount: bounded(inChannel('backport-max-count'), 'backport-max-count', {
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
    }),
  };
}

const heartbeatBounds = { least: 1, most: 7 * 24 * 3600 };
const timeoutBounds = { least: 1, most: 60 };

function bounded(value: unknown, name: string, { least, most }: { least: number; most: number }): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw refusal('Subscription.channel.extension', `${name}: a whole number is wanted, ${range}.`, 'value');
  }
  return value;
}

function numberOf(extension: JsonObject): unknown {
  const { valueUnsignedInt, valuePositiveInt, valueInteger } = extension;
  return valueUnsignedInt ?? valuePositiveInt ?? valueInteger ?? 'none';
}

/** What only topics have would otherwise be passed over in silence. */
function refuseTopicExtensions(resource: Resource): void {
  if (extensionsOf(resource['_criteria'], 'backport-filter-criteria').length > 0) {
    const text = 'Filters belong to a topic: the criteria are its canonical url.';
    throw refusal('Subscription.criteria.extension', text, 'value');
  }
}

function readChannel(channel: JsonObject): Channel {
  const type = textOf(channel['type']);
  const custom = extensionsOf(channel['_type'], 'backport-channel-type');
  if (custom.length > 0) {
    throw refusal(
      'Subscription.channel.type.extension',
      'Channels beside those of R4 are not supported: rest-hook and websocket are.',
      'not-supported',
    );
  }
  if (type !== 'rest-hook' && type !== 'websocket') {
    const text = `The channel ${type ?? ''} is not supported: rest-hook and websocket are.`;
    throw refusal('Subscription.channel.type', text, 'not-supported');
  }
  const endpoint = textOf(channel['endpoint']);
  if (type === 'rest-hook' && endpoint === undefined) {
    throw refusal('Subscription.channel.endpoint', 'A rest-hook needs the address to be called.', 'required');
  }
  if (type === 'websocket' && endpoint !== undefined) {
    throw refusal(
      'Subscription.channel.endpoint',
      'A client of a websocket connects here; it has no endpoint.',
      'value',
    );
  }
  return { type, endpoint, headers: readHeaders(channel['header']), payload: readPayload(textOf(channel['payload'])) };
}

/** Headers that the connection itself needs cannot be a subscriber's. */
const reserved = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'keep-alive',
  'proxy-connection',
]);

const headersAtMost = 30;

function readHeaders(lines: unknown): [string, string][] {
  const given = Array.isArray(lines) ? lines.map(String) : [];
  if (given.length > headersAtMost) {
    throw refusal('Subscription.channel.header', `${headersAtMost} headers are taken at most.`, 'too-long');
  }
  return given.map((line, at) => {
    const place = `Subscription.channel.header[${at}]`;
    const [, name = '', value = ''] =
      /^([!#$%&'*+.^_`|~\w-]{1,100}):[ \t]*([\t\x20-\x7e\x80-\xff]{0,8000})$/.exec(line) ?? [];
    if (name === '') {
      throw refusal(place, 'A header has the form Name: value.', 'value');
    }
    if (reserved.has(name.toLowerCase())) {
      throw refusal(place, `The header ${name} is the connection's own and cannot be given.`, 'not-supported');
    }
    return [name, value.trim()];
  });
}

function isContent(code: unknown): code is Content {
  return code === 'empty' || code === 'id-only' || code === 'full-resource';
}

function extensionsOf(element: unknown, name: string): JsonObject[] {
  const all = objectOf(element)['extension'];
  return Array.isArray(all) ? all.filter(isJsonObject).filter(({ url }) => url === `${backport}${name}`) : [];
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
