import { randomUUID } from 'node:crypto';
import type { Operation, OperationCall } from '#platform/rest';
import { subscriptionStatus } from '../notification/subscription-status.ts';
import { listServed, type Served } from '../subscription-store.ts';
import { definitionOf, findSubscription, getSubscription } from './subscription-call.ts';

const listedAtMost = 1000;

/** `$status` of the backport guide. */
export const status: Operation = {
  name: 'status',
  title: 'Status of subscriptions',
  description: 'How subscriptions stand: their status, the number of their events, and the last error.',
  definition: 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status',
  levels: ['type', 'instance'],
  types: ['Subscription'],
  affectsState: false,
  parameters: [
    {
      name: 'id',
      type: 'id',
      max: '*',
      documentation: 'Subscriptions to tell of; without any, all. Not heeded where the operation is called on one.',
    },
    {
      name: 'status',
      type: 'code',
      max: '*',
      documentation: 'Only those in one of these states. Not heeded where the operation is called on one.',
    },
  ],
  results: [
    { name: 'return', type: 'Bundle', min: 1, documentation: 'A searchset with a status for each subscription.' },
  ],
  run: async (call) => {
    const found = call.level === 'instance' ? [await getSubscription(call)] : await findAll(call);
    const entries = found.map((each) => toEntry(each, call.baseUrl));
    const bundle = { resourceType: 'Bundle', type: 'searchset', total: entries.length };
    return { body: JSON.stringify(entries.length === 0 ? bundle : { ...bundle, entry: entries }), noted: [] };
  },
};

async function findAll({ service, parameters }: OperationCall): Promise<Served[]> {
  const { sql } = service.store;
  const [ids, states] = [parameters.texts('id'), parameters.texts('status')];
  if (ids.length === 0) {
    return listServed(sql, { ids, states, limit: listedAtMost });
  }
  const found = await Promise.all([...new Set(ids)].map((id) => findSubscription(sql, id).catch(() => undefined)));
  return found
    .filter((each) => each !== undefined)
    .filter(({ state }) => states.length === 0 || states.includes(state));
}

function toEntry(served: Served, baseUrl: string) {
  const id = randomUUID();
  const definition = definitionOf(served);
  const topic = definition?.kind === 'topic' ? definition : undefined;
  const resource = subscriptionStatus(id, {
    served,
    topic,
    content: topic?.content ?? 'empty',
    type: 'query-status',
    events: [],
    contextOf: () => [],
    baseUrl,
  });
  return { fullUrl: `urn:uuid:${id}`, resource, search: { mode: 'match' } };
}
