import type { Refusal } from '#platform/exchange';
import {
  finishProgress,
  type LoadCounts,
  type LoadItem,
  listProgress,
  loadResources,
  saveProgress,
} from '#platform/exchange';
import type { Resource } from '#platform/fhir';
import type { Sql, Store } from '#platform/store';
import { generateWorld } from '#world';

export type SeedOptions = {
  readonly people: number;
  readonly seed: string;
  /** The day on which the histories end, `YYYY-MM-DD`. */
  readonly today: string;
};

const prefix = 'world:';

function sourceOf({ people, seed, today }: SeedOptions): string {
  return `${prefix}${today}:${people}:${seed}`;
}

function optionsOf(source: string): SeedOptions {
  const [, today = '', people = '', ...seed] = source.split(':');
  return { today, people: Number(people), seed: seed.join(':') };
}

/** What is left to do of the seed country when the program starts: all of it in an empty record, or the rest. */
export async function findUnfinishedSeed(
  sql: Sql,
  wanted: SeedOptions,
): Promise<(SeedOptions & { readonly done: number }) | undefined> {
  const known = await listProgress(sql, prefix);
  const interrupted = known.find((each) => !each.finished);
  if (interrupted) {
    return { ...optionsOf(interrupted.source), done: interrupted.items };
  }
  const [row] = await sql<{ used: boolean }[]>`select exists (select from record.change) as used`;
  return row?.used ? undefined : { ...wanted, done: 0 };
}

/** Loads the seed country, from the given item on. The generator and the loader hold a few hundred resources at most. */
export async function seedWorld(
  store: Store,
  options: SeedOptions & { readonly done?: number },
  onProgress: (state: { people: number; resources: number }) => void,
  signal?: AbortSignal,
): Promise<LoadCounts> {
  const source = sourceOf(options);
  const done = options.done ?? 0;
  let people = 0;
  const items = function* (): Generator<LoadItem> {
    let number = 0;
    for (const item of generateWorld(options)) {
      number += 1;
      people += item.resourceType === 'Patient' ? 1 : 0;
      if (signal?.aborted) {
        return;
      }
      if (number > done) {
        // as: the world's items are FHIR resources of the typed kind, which have no index signature
        yield { origin: `world#${number}`, resource: item as unknown as Resource };
      }
    }
  };
  const counts = await loadResources(store, { name: 'vsis seed' }, items(), {
    onRefused: refuse,
    onProgress: ({ created, updated, unchanged }) => onProgress({ people, resources: created + updated + unchanged }),
    saveProgress: (sql, count) => saveProgress(sql, source, done + count),
  });
  if (!signal?.aborted) {
    await finishProgress(store.sql, source);
  }
  return counts;
}

/** The seed country is ours: a resource of it that is not valid is a fault of the program. */
function refuse({ origin, resource, issues }: Refusal): never {
  const [issue] = issues;
  throw new Error(
    `${origin} ${resource?.resourceType}/${resource?.id}: ${issue?.expression ?? ''} ${issue?.text ?? ''}`,
  );
}
