import { AppError } from '#platform/errors';
import type { Operation, OperationCall } from '#platform/rest';
import type { Content } from '../definition.ts';
import { findEvents } from '../event-store.ts';
import { notificationBundle } from '../notification/notification-bundle.ts';
import { findTopics } from '../topics/find-topics.ts';
import { definitionOf, getSubscription } from './subscription-call.ts';

const eventsAtMost = 100;
const contents: readonly Content[] = ['empty', 'id-only', 'full-resource'];

/** `$events` of the backport guide. */
export const events: Operation = {
  name: 'events',
  title: 'Past events of a subscription',
  description:
    'Events by their number, at most 100 in one answer, as long as they are kept: seven days after delivery, thirty without.',
  definition: 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events',
  levels: ['instance'],
  types: ['Subscription'],
  affectsState: false,
  parameters: [
    {
      name: 'eventsSinceNumber',
      type: 'string',
      documentation: 'Number of the first event wanted; without it the last 100 are given.',
    },
    { name: 'eventsUntilNumber', type: 'string', documentation: 'Number of the last event wanted.' },
    {
      name: 'content',
      type: 'code',
      documentation: 'empty, id-only or full-resource, but not more than the subscription itself says.',
    },
  ],
  results: [
    { name: 'return', type: 'Bundle', min: 1, documentation: 'A notification whose first entry is the status.' },
  ],
  run: async (call) => {
    const { service, parameters, baseUrl } = call;
    const served = await getSubscription(call);
    const definition = definitionOf(served);
    const topic = definition?.kind === 'topic' ? definition : undefined;
    const until = Math.min(numberIn(call, 'eventsUntilNumber') ?? served.events, served.events);
    const from = numberIn(call, 'eventsSinceNumber') ?? Math.max(until - eventsAtMost + 1, 1);
    const { sql } = service.store;
    const found = await findEvents(sql, served.id, { from, until, limit: eventsAtMost });
    const { text } = await notificationBundle(sql, {
      served,
      definition: topic,
      topic: topic && (await findTopics(sql)).get(topic.topic),
      type: 'query-event',
      events: found,
      content: leastOf(
        parameters.text('content'),
        topic?.content ?? (definition?.channel.payload ? 'full-resource' : 'id-only'),
      ),
      viewer: { ...(await service.actorOf(call.request)), requestId: call.request.id },
      baseUrl,
      now: service.store.now(),
    });
    return { body: text, noted: [] }; // what is shown is noted where it is put together
  },
};

function numberIn({ parameters }: OperationCall, name: string): number | undefined {
  const text = parameters.text(name);
  if (text !== undefined && !/^\d{1,15}$/.test(text)) {
    const reason = `${name}: the number of an event is wanted.`;
    throw new AppError('invalid', 'subscriptions.invalid-number', reason, {
      issues: [{ severity: 'error', code: 'value', text: reason, expression: `http.${name}` }],
    });
  }
  return text === undefined ? undefined : Number(text);
}

/** A wish for more than the subscription was granted is not followed. */
function leastOf(wanted: string | undefined, granted: Content): Content {
  const at = contents.findIndex((each) => each === wanted);
  return at < 0 ? granted : (contents[Math.min(at, contents.indexOf(granted))] ?? granted);
}
