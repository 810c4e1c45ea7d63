import { randomUUID } from 'node:crypto';
import type { Operation } from '#platform/rest';
import { basicOfTopic } from '../topics/basic-topic.ts';
import { findStoredTopics } from '../topics/find-topics.ts';
import { ownTopics } from '../topics/own-topics.ts';

/** The topics with what triggers them and how they can be filtered, for people and programs that want to subscribe. */
export const topics: Operation = {
  name: 'topics',
  title: 'Topics that can be subscribed to',
  description:
    'A Bundle of all topics, those of the program and those in the record, each as a Basic (backport guide).',
  definition: 'https://vsis.az/fhir/OperationDefinition/subscription-topics',
  levels: ['type'],
  types: ['Subscription'],
  affectsState: false,
  parameters: [],
  results: [{ name: 'return', type: 'Bundle', min: 1, documentation: 'A collection of topics.' }],
  run: async ({ service, baseUrl }) => {
    const stored = (await findStoredTopics(service.store.sql)).filter(({ topic }) => topic !== undefined);
    const entry = [
      ...ownTopics.map(({ source }) => ({ fullUrl: `urn:uuid:${randomUUID()}`, resource: basicOfTopic(source) })),
      ...stored.map(({ basicId, source }) => ({
        fullUrl: `${baseUrl}/Basic/${basicId}`,
        resource: { ...basicOfTopic(source), id: basicId },
      })),
    ];
    return { body: JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }), noted: [] };
  },
};
