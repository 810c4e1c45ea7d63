import postgres from 'postgres';

export type GatherOptions<Item, Result> = {
  /** Does the work of all items in one statement; results in the order of the items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Most items in one group. */
  readonly atMost: number;
  /** Groups on their way at a time; meanwhile the next one gathers. */
  readonly inFlight: number;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Lets what is asked for at the same time share one statement and one commit. A lone item leaves at once; a busy
 * server fills its groups by itself. When the database refuses a group (nothing of it is done then) its items are
 * tried alone, so that one that cannot be done fails by itself. An error that leaves open whether the group was done,
 * a lost connection, is the error of each item.
 */
export function gathering<Item, Result>(options: GatherOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      await sendGroup(options, waiting.splice(0, options.atMost));
    }
    underWay -= 1;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (underWay < options.inFlight) {
        underWay += 1;
        setImmediate(() => void drain()); // requests of the same turn share the group
      }
    });
}

async function sendGroup<Item, Result>(
  options: GatherOptions<Item, Result>,
  group: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await options.send(group.map(({ item }) => item));
    group.forEach(({ resolve }, at) => resolve(results[at] as Result)); // as: one result per item
  } catch (error) {
    if (group.length === 1 || !(error instanceof postgres.PostgresError)) {
      group.forEach(({ reject }) => reject(error));
      return;
    }
    for (const each of group) {
      await sendGroup(options, [each]);
    }
  }
}
