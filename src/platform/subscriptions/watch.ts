import type { Condition, ParameterTable } from '#platform/search';
import type { Sql } from '#platform/store';
import { meetsConditions } from './criteria/meets-conditions.ts';
import { type Criteria, readConditions, readCriteria } from './criteria/read-criteria.ts';
import type { ByTopic, Definition } from './definition.ts';
import { refusal } from './errors.ts';
import type { Topics } from './topics/find-topics.ts';
import { isEvent, type Transition } from './topics/is-event.ts';
import type { Filter, Topic } from './topics/topic.ts';

/** What a subscription listens for. */
export type Watch = {
  readonly types: ReadonlySet<string>;
  /** Whether the version before a change is looked at. */
  readonly needsPrevious: boolean;
  /** Everything that is searched by, to be tried when the subscription is written. */
  readonly criteria: readonly Criteria[];
  readonly isMet: (sql: Sql, transition: Transition) => Promise<boolean>;
};

/** Compiles what a subscription listens for; refuses criteria, topics and filters that are not known. */
export function toWatch(definition: Definition, topics: Topics, table: ParameterTable, baseUrl?: string): Watch {
  return definition.kind === 'criteria'
    ? watchCriteria(readCriteria(definition.criteria, 'Subscription.criteria', table), baseUrl)
    : watchTopic(definition, topics, table, baseUrl);
}

/**
 * FHIR R4, subscription.html: heard of is each create and update whose result meets the criteria. A resource that stops
 * meeting them, or is deleted, is not.
 */
function watchCriteria(criteria: Criteria, baseUrl: string | undefined): Watch {
  return {
    types: new Set([criteria.type]),
    needsPrevious: false,
    criteria: [criteria],
    isMet: async (sql, { current }) =>
      current !== undefined && meetsConditions(sql, current, criteria.conditions, baseUrl),
  };
}

function watchTopic(definition: ByTopic, topics: Topics, table: ParameterTable, baseUrl: string | undefined): Watch {
  const topic = topics.get(definition.topic);
  if (!topic || (definition.topicVersion !== undefined && definition.topicVersion !== topic.version)) {
    const text = 'This topic is not known here; those that are stand in the CapabilityStatement at Subscription.';
    throw refusal('Subscription.criteria', text, 'not-found');
  }
  const filters = definition.filters.map((each, at) =>
    readFilter(topic, each, table, `Subscription.criteria.extension[${at}]`),
  );
  const all = filters.flat();
  return {
    types: new Set(topic.triggers.map(({ type }) => type)),
    needsPrevious: topic.triggers.some(
      ({ previous, fhirPath, interactions }) => previous || fhirPath || interactions.includes('delete'),
    ),
    criteria: all,
    isMet: async (sql, transition) => {
      const focus = transition.current ?? transition.previous;
      const conditions = all.flatMap((each) => (each.type === transition.type ? each.conditions : []));
      return (
        focus !== undefined &&
        (await meetsConditions(sql, focus, conditions, baseUrl)) &&
        (await isEvent(sql, topic, transition, baseUrl))
      );
    },
  };
}

/** A filter is `Type?parameter=value`, or `parameter=value` for every type of the topic. */
function readFilter(topic: Topic, text: string, table: ParameterTable, place: string): Criteria[] {
  const types = [...new Set(topic.triggers.map(({ type }) => type))];
  const named = /^([A-Za-z]+)\?(.*)$/s.exec(text);
  const [, type = '', query = text] = named ?? [];
  const concerned = named ? types.filter((each) => each === type) : types;
  if (concerned.length === 0) {
    throw refusal(
      place,
      `The topic is about ${types.join(', ')}; a filter on another type would never be met.`,
      'value',
    );
  }
  return concerned.map((each) => {
    refuseUndefined(topic, each, [...new URLSearchParams(query)], place);
    return { type: each, conditions: readOwn(each, query, table, place) };
  });
}

function readOwn(type: string, query: string, table: ParameterTable, place: string): readonly Condition[] {
  const conditions = readConditions(type, query, place, table);
  if (conditions.length === 0) {
    throw refusal(place, 'A filter has the form Type?parameter=value.', 'value');
  }
  return conditions;
}

/** A topic that names filters for a type allows those alone. */
function refuseUndefined(
  { filters }: Topic,
  type: string,
  parameters: readonly (readonly [name: string, value: string])[],
  place: string,
): void {
  const own = filters.filter((each) => each.type === undefined || each.type === type);
  for (const [name, value] of own.length === 0 ? [] : parameters) {
    const [code, modifier] = name.split(':');
    const allowed = own.filter(({ parameter }) => parameter === code);
    if (allowed.length === 0) {
      const known = [...new Set(own.map(({ parameter }) => parameter))].join(', ');
      throw refusal(place, `The topic allows filters by ${known} of ${type}.`, 'not-supported');
    }
    if (!allowed.some((each) => isAllowed(each, modifier, value))) {
      throw refusal(place, `The topic does not allow this modifier or prefix with ${String(code)}.`, 'not-supported');
    }
  }
}

function isAllowed({ modifiers, comparators }: Filter, modifier: string | undefined, value: string): boolean {
  const prefix = /^(ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+-])/.exec(value)?.[0];
  return (
    (modifier === undefined || modifiers.length === 0 || modifiers.includes(modifier)) &&
    (prefix === undefined || comparators.length === 0 || comparators.includes(prefix))
  );
}
