import type { Sql } from '#platform/store';
import type { Candidate } from '../criteria/candidate.ts';
import { meetsConditions } from '../criteria/meets-conditions.ts';
import type { Interaction, Topic, Trigger } from './topic.ts';

/** One change of a resource: the version before it, if there was one, and the one after it, unless it was deleted. */
export type Transition = {
  readonly interaction: Interaction;
  readonly type: string;
  readonly previous: Candidate | undefined;
  readonly current: Candidate | undefined;
};

/** Whether the change is an event of the topic: one of its triggers is met. */
export async function isEvent(sql: Sql, topic: Topic, transition: Transition, baseUrl?: string): Promise<boolean> {
  for (const trigger of topic.triggers) {
    if (trigger.type === transition.type && (await isTriggered(sql, trigger, transition, baseUrl))) {
      return true;
    }
  }
  return false;
}

async function isTriggered(sql: Sql, trigger: Trigger, transition: Transition, baseUrl?: string): Promise<boolean> {
  if (!trigger.interactions.includes(transition.interaction)) {
    return false;
  }
  return (await meetsQuery(sql, trigger, transition, baseUrl)) && meetsFhirPath(trigger, transition);
}

async function meetsQuery(
  sql: Sql,
  { previous, current, resultForCreate, resultForDelete, requireBoth }: Trigger,
  transition: Transition,
  baseUrl: string | undefined,
): Promise<boolean> {
  const test = async (conditions: Trigger['current'], candidate: Candidate | undefined, otherwise: boolean) =>
    conditions === undefined
      ? undefined
      : candidate === undefined
        ? otherwise
        : meetsConditions(sql, candidate, conditions, baseUrl);
  const before = await test(previous, transition.previous, resultForCreate);
  const after = await test(current, transition.current, resultForDelete);
  if (before === undefined || after === undefined) {
    return before ?? after ?? true;
  }
  return requireBoth ? before && after : before || after;
}

function meetsFhirPath({ fhirPath }: Trigger, { previous, current }: Transition): boolean {
  if (!fhirPath) {
    return true;
  }
  const variables = { previous: previous?.resource ?? [], current: current?.resource ?? [] };
  const result = fhirPath(current?.resource ?? previous?.resource ?? {}, variables);
  return result.length === 1 && result[0] === true;
}
