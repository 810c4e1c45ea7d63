import { currentContext, type WorkContext } from '#platform/log';
import { gauge, histogram, noteDuration, type RunningSpan, secondsBounds, startSpan } from '#platform/telemetry';
import type { Sql } from './connect.ts';

/**
 * What the SQL client (postgres 3.4.9) keeps of a statement. It tells nobody when one begins and ends, so its own
 * `handle` is wrapped; a test runs a statement of every form and expects each to be seen.
 */
type Statement = {
  readonly strings: readonly string[];
  /** The text with `$1` in place of values; known once it is sent. */
  readonly string?: string;
  /** The connection it was given to; none while it waits for one. */
  readonly state: object | null;
  readonly executed: boolean;
  /** Set where rows are fetched in portions: each is an answer of its own, and the whole lasts as long as its reader. */
  readonly cursorRows?: number;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
};
type StatementPrototype = { handle: (this: Statement) => Promise<void> };

const running = new Set<Statement>();
const pools = new Map<object, number>();
const durations = histogram({
  name: 'vsis_database_statement_seconds',
  about:
    'Time from giving a statement to the SQL client until its result was there, waiting for a connection included.',
  bounds: secondsBounds,
});
const succeeded = durations.with({ outcome: 'done' });
const failed = durations.with({ outcome: 'failed' });

gauge(
  {
    name: 'vsis_database_statements',
    about: 'Statements under way: waiting for a connection, or sent and not yet answered.',
    across: 'sum',
  },
  () => {
    const waiting = [...running].filter(({ state }) => state === null).length;
    return [
      { labels: { state: 'waiting' }, value: waiting },
      { labels: { state: 'sent' }, value: running.size - waiting },
    ];
  },
);
gauge(
  {
    name: 'vsis_database_connections',
    about: 'Connections that have a statement to answer now, and how many there may be at most.',
    across: 'sum',
  },
  () => [
    { labels: { state: 'in_use' }, value: new Set([...running].flatMap(({ state }) => state ?? [])).size },
    { labels: { state: 'limit' }, value: [...pools.values()].reduce((sum, most) => sum + most, 0) },
  ],
);

let watched: StatementPrototype | undefined;

/** Counts the pool's connections and, from the first pool on, measures every statement of this process but cursors. */
export function watchStatements(sql: Sql, most: number): void {
  pools.set(sql, most);
  const prototype = Object.getPrototypeOf(sql.unsafe('')) as StatementPrototype; // as: see Statement; nothing is sent
  if (watched === prototype) return;
  watched = prototype;
  const handle = prototype.handle;
  prototype.handle = function (this: Statement): Promise<void> {
    if (!this.executed && this.cursorRows === undefined) watch(this);
    return handle.call(this);
  };
}

export function forgetPool(sql: Sql): void {
  pools.delete(sql);
}

const clientKind = 2; // SpanKind.CLIENT

function watch(statement: Statement): void {
  const startedMs = performance.now();
  const context = currentContext();
  const span = startSpan('statement', { kind: clientKind });
  const { resolve, reject } = statement;
  running.add(statement);
  statement.resolve = (result) => {
    end(statement, { startedMs, context, span }, result);
    resolve(result);
  };
  statement.reject = (error) => {
    end(statement, { startedMs, context, span });
    reject(error);
  };
}

type Watch = {
  readonly startedMs: number;
  readonly context: WorkContext | undefined;
  readonly span: RunningSpan | undefined;
};

function end(statement: Statement, { startedMs, context, span }: Watch, result?: unknown): void {
  if (!running.delete(statement)) return; // a connection that is lost may tell so twice
  const durationMs = performance.now() - startedMs;
  (result === undefined ? failed : succeeded).record(durationMs / 1000);
  span?.end({ 'db.system.name': 'postgresql', 'db.query.text': shownText(statement) }, result === undefined);
  noteDuration('statement', durationMs, () => ({
    requestId: context?.requestId,
    traceId: context?.trace?.traceId,
    statement: shownText(statement),
    rows: Array.isArray(result) ? result.length : undefined,
  }));
}

const longestShown = 4_000;

/** The statement as it was sent, with numbers in place of its values, on one line. */
function shownText({ string, strings }: Statement): string {
  return (string ?? strings.join('…')).replace(/\s+/g, ' ').trim().slice(0, longestShown);
}
