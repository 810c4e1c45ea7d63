import { randomUUID } from 'node:crypto';
import { type Actor, findIncluded, findVersions, type Sql, type StoredVersion } from '#platform/store';
import type { ByTopic, Content } from '../definition.ts';
import type { StoredEvent } from '../event-store.ts';
import type { Served } from '../subscription-store.ts';
import type { Topic } from '../topics/topic.ts';
import { type Shown, showContent } from './show-content.ts';
import { type NotificationType, subscriptionStatus } from './subscription-status.ts';

const profile =
  'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-notification-r4';

export type Notification = {
  readonly served: Served;
  /** Absent for a subscription in the manner of R4. */
  readonly definition: ByTopic | undefined;
  /** Absent where the topic is no longer known: then nothing goes along with the focus. */
  readonly topic: Topic | undefined;
  readonly type: NotificationType;
  readonly events: readonly StoredEvent[];
  readonly content: Content;
  /** Whom the content is shown to, for the audit trail. */
  readonly viewer: Actor;
  readonly baseUrl: string;
  readonly now: Date;
};

/** One notification is no longer than this, but for a single resource that is. */
const contentBytesAtMost = 4 * 1024 * 1024;

/**
 * A notification as the text of a Bundle, put together when it is sent from what may be shown then, and the number of
 * the last event in it: what would make it too large waits for the next.
 */
export async function notificationBundle(
  sql: Sql,
  notification: Notification,
): Promise<{ readonly text: string; readonly upTo: number }> {
  const { content } = notification;
  const focuses = content === 'empty' ? [] : await findVersions(sql, notification.events);
  const events = withinLimit(notification.events, focuses);
  const contexts = content === 'empty' ? new Map() : await findContexts(sql, notification.topic, events, focuses);
  const entries =
    content === 'full-resource' ? await contentEntries(sql, notification, { events, focuses, contexts }) : [];
  const { served, definition, type, baseUrl, now } = notification;
  const id = randomUUID();
  const status = subscriptionStatus(id, {
    served,
    topic: definition,
    content,
    type,
    events,
    contextOf: (event) => (contexts.get(event) ?? []).map(addressOf),
    baseUrl,
  });
  const first = JSON.stringify({
    fullUrl: `urn:uuid:${id}`,
    resource: status,
    request: { method: 'GET', url: `${baseUrl}/Subscription/${served.id}/$status` },
    response: { status: '200' },
  });
  const head = JSON.stringify({
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: { profile: [profile] },
    type: 'history',
    timestamp: now.toISOString(),
  });
  const text = `${head.slice(0, -1)},"entry":[${[first, ...entries].join(',')}]}`;
  return { text, upTo: events.at(-1)?.number ?? 0 };
}

function withinLimit(events: readonly StoredEvent[], focuses: readonly StoredVersion[]): readonly StoredEvent[] {
  const sizes = new Map(focuses.map((each) => [versionKey(each), each.content?.length ?? 0]));
  let bytes = 0;
  const end = events.findIndex((each, at) => {
    bytes += sizes.get(versionKey(each)) ?? 0;
    return at > 0 && bytes > contentBytesAtMost;
  });
  return end < 0 ? events : events.slice(0, end);
}

type Contexts = ReadonlyMap<StoredEvent, readonly StoredVersion[]>;

/** What goes along with each focus by the topic's shape. */
async function findContexts(
  sql: Sql,
  topic: Topic | undefined,
  events: readonly StoredEvent[],
  focuses: readonly StoredVersion[],
): Promise<Contexts> {
  const versions = new Map(focuses.map((each) => [versionKey(each), each]));
  const contexts = new Map<StoredEvent, readonly StoredVersion[]>();
  for (const event of events) {
    const focus = versions.get(versionKey(event));
    for (const { includes, revIncludes } of topic?.shapes.filter(({ type }) => type === event.type) ?? []) {
      const found = focus && focus.content !== null ? await findIncluded(sql, [focus], includes, revIncludes) : [];
      contexts.set(event, [...(contexts.get(event) ?? []), ...found]);
    }
  }
  return contexts;
}

type Material = {
  readonly events: readonly StoredEvent[];
  readonly focuses: readonly StoredVersion[];
  readonly contexts: Contexts;
};

async function contentEntries(
  sql: Sql,
  { served, viewer, baseUrl }: Notification,
  { events, focuses, contexts }: Material,
): Promise<string[]> {
  const wanted = new Set(events.map(versionKey));
  const context = new Map([...contexts.values()].flat().map((each) => [addressOf(each), each]));
  const own = focuses.filter((each) => wanted.has(versionKey(each)));
  const shown = await showContent(sql, { subscription: served.id, viewer }, [...own, ...context.values()]);
  const byVersion = new Map(shown.map((each) => [versionKey(each), each]));
  return [
    ...events.map((event) => focusEntry(event, byVersion.get(versionKey(event)), baseUrl)),
    ...[...context.values()].map((each) => contextEntry(each, byVersion.get(versionKey(each)), baseUrl)),
  ];
}

/** The interaction that made the event; where there is no content to show, the status of the answer says why. */
function focusEntry(event: StoredEvent, shown: Shown | undefined, baseUrl: string): string {
  const { type, id, version, method, at } = event;
  const isDeletion = method === 'DELETE';
  const request = { method, url: method === 'POST' ? type : `${type}/${id}` };
  const status = isDeletion ? '204' : shown ? (version === 1 ? '201' : '200') : '410';
  const response = { status, etag: `W/"${version}"`, lastModified: new Date(at).toISOString() };
  return entry(`${baseUrl}/${type}/${id}`, shown?.content, request, response);
}

function contextEntry(version: StoredVersion, shown: Shown | undefined, baseUrl: string): string {
  const address = addressOf(version);
  const request = { method: 'GET', url: address };
  return entry(`${baseUrl}/${address}`, shown?.content, request, { status: shown ? '200' : '403' });
}

function entry(fullUrl: string, content: string | undefined, request: object, response: object): string {
  const resource = content === undefined ? '' : `"resource":${content},`;
  return `{"fullUrl":${JSON.stringify(fullUrl)},${resource}"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`;
}

type Versioned = { readonly type: string; readonly id: string; readonly version: number };

function versionKey({ type, id, version }: Versioned): string {
  return `${type}/${id}/${version}`;
}

function addressOf({ type, id }: Pick<Versioned, 'type' | 'id'>): string {
  return `${type}/${id}`;
}
