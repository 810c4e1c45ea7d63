import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '#platform/fhir';
import { readTopic, type Topic } from './topic.ts';

/** The topics that come with the program: `*.json` in this folder, each in the form of R5. */
export type OwnTopic = { readonly source: JsonObject; readonly topic: Topic };

type Template = {
  readonly topic: JsonObject;
  readonly events: Readonly<Record<string, string>>;
  readonly types: readonly string[];
};

const templateFile = 'resource-changes.json';

const readFile = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

function fromTemplate(): JsonObject[] {
  const { topic, events, types } = JSON.parse(readFile(templateFile)) as Template; // as: a file of ours
  const text = JSON.stringify(topic);
  return types.flatMap((type) =>
    Object.entries(events).map(
      ([event, interaction]): JsonObject =>
        JSON.parse(
          text.replaceAll('{type}', type).replaceAll('{event}', event).replaceAll('{interaction}', interaction),
        ),
    ),
  );
}

function fromFiles(): JsonObject[] {
  const names = readdirSync(new URL('.', import.meta.url)).filter(
    (each) => each.endsWith('.json') && each !== templateFile,
  );
  return names.sort().map((each): JsonObject => JSON.parse(readFile(each)));
}

export const ownTopics: readonly OwnTopic[] = [...fromFiles(), ...fromTemplate()].map((source) => ({
  source,
  topic: readTopic(source, 'SubscriptionTopic'),
}));
