import { isSpread } from '#platform/database';
import { arrayLiteral } from '../array-literal.ts';
import { gathering } from '../gather.ts';
import type { Sql, SqlPool } from '../sql.ts';
import { type Clause, run, textOf, type Value } from './clause.ts';

type Row = Record<string, unknown>;
type Runner = (statement: Clause) => Promise<Row[]>;

/** More at a time would let many wait for one that is slow. */
const togetherAtMost = 16;
const groupsInFlight = 2;
/** Larger pages are not waited for by others. */
const rowsAtMost = 100;
/** Shapes beyond these are sent one by one. */
const shapesAtMost = 300;

const runnersOf = new WeakMap<Sql, Map<string, Runner>>();

/**
 * Runs a statement whose plan may be kept. Statements of one shape that are sent at the same moment are sent as one, which
 * saves each of them most of its way to the database and back. They must have little
 * to look at, whatever their values are; those that want more than `rowsAtMost` rows go alone, and so do all where the
 * record is spread over several servers, of which each then asks its own.
 */
export async function runTogether<Found extends Row>(
  sql: Sql,
  statement: Clause,
  { rows: wanted }: { readonly rows: number },
): Promise<Found[]> {
  if (!isPool(sql) || isSpread(sql) || wanted > rowsAtMost) {
    return run<Found>(sql, statement, { kept: true });
  }
  let runners = runnersOf.get(sql);
  if (!runners) {
    runners = new Map();
    runnersOf.set(sql, runners);
  }
  const text = textOf(statement);
  let runner = runners.get(text);
  if (!runner && runners.size < shapesAtMost) {
    runner = createRunner(sql);
    runners.set(text, runner);
  }
  const rows = await (runner ? runner(statement) : run(sql, statement, { kept: true }));
  return rows as Found[]; // as: the caller knows what its statement selects
}

/** Statements within a transaction follow one another; only those of the pool meet. */
function isPool(sql: Sql): sql is SqlPool {
  return 'begin' in sql;
}

/** Where the database refuses the joined statement, each is sent alone (see `gathering`). */
function createRunner(sql: SqlPool): Runner {
  return gathering<Clause, Row[]>({
    name: 'search',
    atMost: togetherAtMost,
    inFlight: groupsInFlight,
    send: async (statements) => {
      const [only, ...others] = statements;
      return only && others.length === 0 ? [await run(sql, only, { kept: true })] : runJoined(sql, statements);
    },
  });
}

async function runJoined(sql: SqlPool, statements: readonly Clause[]): Promise<Row[][]> {
  const rows = await run<Row & { joined: number }>(sql, joinedStatement(statements), { kept: true });
  const found = statements.map((): Row[] => []);
  for (const { joined, ...row } of rows) {
    found[joined - 1]?.push(row);
  }
  return found;
}

/** The statement for each row of values. A row's results stay in their order, since a nested loop alone can run it. */
function joinedStatement(statements: readonly Clause[]): Clause {
  const [{ texts, values } = { texts: [], values: [] }] = statements;
  const columns = values.map((_, at) => arrayLiteral(statements.map((each) => each.values[at] ?? null)));
  const names = values.map((_, at) => `v${at}`);
  const inner = texts.map((text, at) => (at === 0 ? text : `${placeOf(at - 1, values[at - 1])}${text}`)).join('');
  return {
    texts: [
      'select given.joined::int, found.* from unnest(',
      ...columns.map((_, at) => (at < columns.length - 1 ? '::text::text[], ' : '::text::text[]')),
    ].map((text, at, all) =>
      at < all.length - 1
        ? text
        : `${text}) with ordinality as given(${[...names, 'joined'].join(', ')}) cross join lateral (${inner}) as found`,
    ),
    values: columns,
  };
}

function placeOf(at: number, value: Value | undefined): string {
  return typeof value === 'number' ? `given.v${at}::numeric` : `given.v${at}`;
}
