import { cloneJson, type Resource } from '#platform/fhir';
import type { ParameterTable } from '#platform/search';
import type { Guard, Sql } from '#platform/store';
import { tryCriteria } from './criteria/read-criteria.ts';
import { readDefinition } from './definition.ts';
import { type EndpointRules, requireAllowed } from './delivery/endpoint-rules.ts';
import { refusal } from './errors.ts';
import { isBasicTopic, topicOfBasic } from './topics/basic-topic.ts';
import { findTopics } from './topics/find-topics.ts';
import { ownTopics } from './topics/own-topics.ts';
import { readTopic } from './topics/topic.ts';
import { toWatch } from './watch.ts';

/**
 * What is said before a Subscription is stored. A client asks for `requested` (or `active`, which is the same wish) and
 * for `off`; whether it becomes active or fails is for the server to say.
 */
export function guardSubscriptions(rules: EndpointRules, now: () => Date, table: () => ParameterTable): Guard {
  return async (sql, resource) => {
    const { status } = resource;
    if (status === 'off') {
      return resource;
    }
    if (status === 'error') {
      const text = 'The status error is set by the server. Ask for requested to have the subscription served again.';
      throw refusal('Subscription.status', text, 'value');
    }
    await refuseUnserved(sql, resource, { rules, now, table: table() });
    const wanted = cloneJson<Record<string, unknown> & Resource>(resource);
    wanted['status'] = 'requested';
    delete wanted['error'];
    return wanted;
  };
}

type Known = { readonly rules: EndpointRules; readonly now: () => Date; readonly table: ParameterTable };

async function refuseUnserved(sql: Sql, resource: Resource, { rules, now, table }: Known): Promise<void> {
  const definition = readDefinition(resource);
  if (definition.end !== undefined && definition.end <= now().getTime()) {
    throw refusal('Subscription.end', 'The end of the subscription has passed.', 'value');
  }
  if (definition.channel.endpoint !== undefined) {
    requireAllowed(rules, definition.channel.endpoint);
  }
  const topics = definition.kind === 'topic' ? await findTopics(sql) : new Map();
  const { criteria } = toWatch(definition, topics, table);
  const place = definition.kind === 'topic' ? 'Subscription.criteria.extension' : 'Subscription.criteria';
  for (const each of criteria) {
    await tryCriteria(sql, each, place);
  }
}

/** What is said before a Basic is stored that holds a topic: nobody may subscribe to what cannot be served. */
export const guardTopics: Guard = async (sql, resource) => {
  if (!isBasicTopic(resource)) {
    return resource;
  }
  const source = topicOfBasic(resource);
  const topic = readTopic(source, 'Basic.extension');
  if (ownTopics.some((each) => each.topic.url === topic.url)) {
    throw refusal('Basic.extension', 'This url is that of a topic which comes with the program.', 'duplicate');
  }
  for (const { type, previous = [], current = [] } of topic.triggers) {
    await tryCriteria(sql, { type, conditions: [...previous, ...current] }, 'Basic.extension');
  }
  return resource;
};
