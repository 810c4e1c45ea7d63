import postgres from 'postgres';
import { currentContext, runInContext, type WorkContext } from '#platform/log';
import { inSpan } from '#platform/telemetry';
import { type GroupMeasures, groupMeasures } from './store-metrics.ts';

export type GatherOptions<Item, Result> = {
  /** What is gathered, for the metrics. */
  readonly name: string;
  /** Does the work of all items in one statement; results in the order of the items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Most items in one group. */
  readonly atMost: number;
  /** Groups on their way at a time; meanwhile the next one gathers. */
  readonly inFlight: number;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly context: WorkContext | undefined;
  readonly sinceMs: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Lets what is asked for at the same time share one statement and one commit. A lone item leaves at once; a busy
 * server fills its groups by itself. When the database refuses a group (nothing of it is done then) its items are
 * tried alone, so that one that cannot be done fails by itself. An error that leaves open whether the group was done,
 * a lost connection, is the error of each item; so is one of the server's own state, or a statement that took too long:
 * sent one by one they would be many times the load that was too much already.
 */
export function gathering<Item, Result>(options: GatherOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  const measured = { ...options, measures: groupMeasures(options.name) };
  let underWay = 0;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, options.atMost);
      await runInContext(contextOf(group), () => sendGroup(measured, group));
    }
    underWay -= 1;
  };
  const gather = (item: Item): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, context: currentContext(), sinceMs: performance.now(), resolve, reject });
      if (underWay < options.inFlight) {
        underWay += 1;
        setImmediate(() => void drain()); // requests of the same turn share the group
      }
    });
  const spanName = `group ${options.name}`;
  return (item) => inSpan(spanName, () => gather(item));
}

/** A shared statement is told of as part of one request: the first of those that are traced, else the first. */
function contextOf(group: readonly { readonly context: WorkContext | undefined }[]): WorkContext {
  const traced = group.find(({ context }) => context?.trace?.isSampled);
  return (traced ?? group[0])?.context ?? {};
}

async function sendGroup<Item, Result>(
  options: GatherOptions<Item, Result> & { readonly measures: GroupMeasures },
  group: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await options.send(group.map(({ item }) => item));
    const nowMs = performance.now();
    options.measures.sizes.record(group.length);
    group.forEach(({ sinceMs, resolve }, at) => {
      options.measures.waits.record((nowMs - sinceMs) / 1000);
      resolve(results[at] as Result); // as: one result per item
    });
  } catch (error) {
    if (group.length === 1 || !isOfItems(error)) {
      group.forEach(({ reject }) => reject(error));
      return;
    }
    for (const each of group) {
      await sendGroup(options, [each]);
    }
  }
}

/** Classes of SQLSTATE: no connection, no resources left, an operator's or a timeout's intervention, a fault of the system. */
const ofServer = /^(?:08|53|57|58)/;

/** Whether the database refused a group for what one of its items asks. PostgreSQL, appendix A, error codes. */
function isOfItems(error: unknown): boolean {
  return error instanceof postgres.PostgresError && !ofServer.test(error.code);
}
