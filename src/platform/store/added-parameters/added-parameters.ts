import { setTimeout as delay } from 'node:timers/promises';
import { isSpread } from '#platform/database';
import {
  type AddedParameter,
  coreParameters,
  type ParameterTable,
  readAddedParameter,
  type SearchParameter,
  withAdded,
} from '#platform/search';
import type { Sql, SqlPool } from '../sql.ts';
import { indexSome } from './index-again.ts';
import { coreMark, type IndexState, readStates, unmetMarks, wantMarks } from './index-state.ts';

/** The search parameters of the record: the standard's, and those that SearchParameter resources add. */
export type AddedParameters = AsyncDisposable & {
  readonly table: () => ParameterTable;
  /** Id of the SearchParameter that gives a type this parameter; undefined when none does. */
  readonly owner: (type: string, code: string) => string | undefined;
  /** Before a write: makes sure that what is known is not older than writers may rely on. */
  readonly renew: () => Promise<void>;
  /** Reads again what there is, after a SearchParameter was written here. */
  readonly refresh: () => Promise<void>;
};

export type AddedParametersOptions = {
  readonly sql: SqlPool;
  readonly baseUrl?: string;
  /** The record is spread over several servers; the client knows where nothing is said. */
  readonly distributed?: boolean;
  /** How often the record is asked for changes that other processes made. */
  readonly refreshMs?: number;
  /** Told when all resources of a type are indexed anew, and of what went wrong on the way. */
  readonly log?: {
    readonly info: (facts: object, text: string) => void;
    readonly warn: (facts: object, text: string) => void;
  };
  /** Leave the indexing of what is stored to others (commands that end soon). */
  readonly onlyFollow?: boolean;
};

/** What is older than so many refreshes is read again before a write relies on it. */
const leaseRefreshes = 2;
/** From a decision to the first visit: the lease of every writer, and the time from preparing to storing. */
const graceRefreshes = 4;

type Known = {
  readonly signature: string;
  readonly added: readonly (AddedParameter & { readonly id: string })[];
  readonly states: ReadonlyMap<string, IndexState>;
  readonly table: ParameterTable;
};

const unknown: Known = { signature: '', added: [], states: new Map(), table: coreParameters };

/** Opens the parameters of a record; they follow it until they are disposed of. */
export async function openAddedParameters(options: AddedParametersOptions): Promise<AddedParameters> {
  const { sql, refreshMs = 2000 } = options;
  let known = unknown;
  let readAtMs = Number.NEGATIVE_INFINITY;
  const closing = new AbortController();
  const refresh = async (): Promise<void> => {
    const startedMs = performance.now();
    known = await readKnown(sql, known);
    readAtMs = startedMs;
    if (!options.onlyFollow) {
      await want();
    }
  };
  let problem = '';
  const tell = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== problem) {
      problem = text; // said once, not every two seconds
      options.log?.warn({ err: error }, 'search parameters could not be read or indexed, trying again');
    }
  };
  const want = async (): Promise<void> => {
    const unmet = unmetMarks(known.states, (type) => marksOf(known, type));
    if (unmet.size > 0) {
      try {
        await wantMarks(sql, unmet);
        known = await readKnown(sql, known);
      } catch (error) {
        tell(error); // reading goes on where nothing can be written
      }
    }
  };
  await refresh();
  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(refreshMs, closing.signal);
      try {
        await refresh();
        await (options.onlyFollow ? undefined : work(() => known, { ...options, refreshMs }, closing.signal));
        problem = '';
      } catch (error) {
        tell(error);
      }
    }
  };
  const following = follow();
  return {
    table: () => known.table,
    owner: (type, code) => known.added.find((each) => each.code === code && each.parameters.has(type))?.id,
    renew: async () => {
      if (performance.now() - readAtMs > leaseRefreshes * refreshMs) {
        await refresh();
      }
    },
    refresh,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await following;
    },
  };
}

/** By what stored resources are indexed at this moment; of a type that is being indexed anew that cannot be told. */
export async function readIndexRules(
  sql: Sql,
): Promise<{ readonly table: ParameterTable; readonly isSettled: (type: string) => boolean }> {
  const { table, states } = await readKnown(sql, unknown);
  return { table, isSettled: (type) => (states.get(type)?.building ?? null) === null };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** Indexes what is due, a portion at a time, so that requests have their turn between. */
async function work(
  known: () => Known,
  {
    sql,
    baseUrl,
    distributed = isSpread(sql),
    log,
    refreshMs,
  }: AddedParametersOptions & { readonly refreshMs: number },
  signal: AbortSignal,
): Promise<void> {
  let isBehind = true;
  while (isBehind && !signal.aborted) {
    const current = known();
    const step = await indexSome(sql, {
      table: current.table,
      marksOf: (type) => marksOf(current, type),
      baseUrl,
      distributed,
      graceMs: graceRefreshes * refreshMs,
    });
    if (step?.isDone) {
      log?.info({ type: step.type }, 'all resources of the type are indexed by the search parameters there are');
    }
    isBehind = step !== undefined;
    await pause(1, signal);
  }
}

function marksOf({ added }: Known, type: string): readonly string[] {
  const own = added.filter(({ parameters }) => parameters.has(type)).map(({ mark }) => mark);
  return [coreMark, ...[...new Set(own)].sort()];
}

async function readKnown(sql: Sql, before: Known): Promise<Known> {
  const [row] = await sql<{ signature: string }[]>`
    select concat_ws(' ', count(*), max(updated), sum(version)) as signature
    from record.resource
    where type = 'SearchParameter'`;
  const signature = row?.signature ?? '';
  const states = await readStates(sql);
  const added = signature === before.signature ? before.added : await readAdded(sql);
  return { signature, added, states, table: toTable(added, states) };
}

async function readAdded(sql: Sql): Promise<Known['added']> {
  const rows = await sql<{ id: string; content: string }[]>`
    select id, content from record.resource where type = 'SearchParameter' order by rid`;
  return rows.flatMap(({ id, content }) => {
    try {
      const parameter = readAddedParameter(JSON.parse(content));
      return parameter ? [{ ...parameter, id }] : [];
    } catch {
      return []; // it was stored before these rules, and is not searchable
    }
  });
}

function toTable(added: Known['added'], states: Known['states']): ParameterTable {
  const byType = new Map<string, SearchParameter[]>();
  for (const { parameters, mark } of added) {
    for (const [type, parameter] of parameters) {
      const own = byType.get(type) ?? [];
      if (!own.some(({ code }) => code === parameter.code)) {
        const state = states.get(type);
        const isReady = state?.covered.includes(mark) ?? false;
        own.push(isReady ? parameter : { ...parameter, pending: progressOf(state) });
        byType.set(type, own);
      }
    }
  }
  return byType.size === 0 ? coreParameters : withAdded(byType);
}

function progressOf(state: IndexState | undefined): string {
  const done = state && state.last > 0 ? Math.min(99, Math.floor((100 * state.position) / state.last)) : 0;
  return `the resources stored before it are being indexed, ${done} % so far`;
}
