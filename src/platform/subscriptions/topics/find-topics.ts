import { type JsonObject, parseJson } from '#platform/fhir';
import { parseSearch } from '#platform/search';
import { runSearch, type Sql } from '#platform/store';
import { topicOfBasic, topicSearch } from './basic-topic.ts';
import { ownTopics } from './own-topics.ts';
import { readTopic, type Topic } from './topic.ts';

export type Topics = ReadonlyMap<string, Topic>;

/** A topic in the record; what was taken from elsewhere may not be one that can be served, and is left out. */
type StoredTopic = { readonly basicId: string; readonly source: JsonObject; readonly topic: Topic | undefined };

/** The topics that were added to the record, in the order of their age. */
export async function findStoredTopics(sql: Sql): Promise<StoredTopic[]> {
  const { matches } = await runSearch(sql, parseSearch('Basic', topicSearch));
  return matches.map(({ id, content }) => {
    const source = topicOfBasic(parseJson(content ?? '{}') as JsonObject); // as: a stored resource is an object
    return { basicId: id, source, topic: source['status'] === 'retired' ? undefined : tryReadTopic(source) };
  });
}

/** All topics by url. A topic of the program cannot be replaced, and of two in the record the elder counts. */
export async function findTopics(sql: Sql): Promise<Topics> {
  const stored = (await findStoredTopics(sql)).flatMap(({ topic }) => (topic ? [topic] : []));
  return new Map([...stored.toReversed(), ...ownTopics.map(({ topic }) => topic)].map((each) => [each.url, each]));
}

const rememberedMs = 5000;

/** The topics as they were some seconds ago at most, for what is sent again and again. */
export function rememberTopics(sql: Sql): () => Promise<Topics> {
  let known: Promise<Topics> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (!known || performance.now() - readAt > rememberedMs) {
      readAt = performance.now();
      known = findTopics(sql).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    }
    return known;
  };
}

function tryReadTopic(source: JsonObject): Topic | undefined {
  try {
    return readTopic(source, 'Basic');
  } catch {
    return undefined;
  }
}
