import postgres from 'postgres';
import { type Clause, clause, type Store, textOf } from '#platform/store';
import { compileView, type Source } from './compile/compile-view.ts';
import { viewFailed } from './errors.ts';
import type { View } from './view-tree.ts';

/** A row of a view: for each column the text of its JSON, null where there is nothing. */
export type ViewRow = readonly (string | null)[];

export type ViewBatch = {
  readonly rows: readonly ViewRow[];
  /** How far the run has come, in the numbers of the source. */
  readonly position: number;
};

export type ViewRows = {
  readonly columns: readonly string[];
  /** Leaving the loop early ends the statement. */
  readonly batches: AsyncIterable<ViewBatch>;
};

export type RunOptions = {
  /** Most rows. */
  readonly limit?: number;
  /** The record's own address, which references may carry. */
  readonly baseUrl?: string;
};

const batchSize = 500;

/** Each resource is read once: keeping results by their whole resource, as the planner would, costs more than it saves. */
const settings = 'begin read only; set local enable_memoize = off; set local jit = off';

/**
 * Runs a view in one statement that is read batch by batch, so that memory does not grow with the rows. Throws `AppError`
 * `views.invalid-view` at once where the definition is wrong, and `views.failed` while reading where a resource has what
 * the definition rules out.
 */
export function runView(sql: Store['sql'], view: View, source: Source, { limit, baseUrl }: RunOptions = {}): ViewRows {
  const { columns, statement } = compileView(view, source, baseUrl);
  const limited = limit === undefined ? statement : clause`${statement} limit ${limit}`;
  return { columns, batches: readBatches(sql, limited) };
}

async function* readBatches(sql: Store['sql'], statement: Clause): AsyncGenerator<ViewBatch> {
  const connection = await sql.reserve();
  let end = 'rollback';
  try {
    await connection.unsafe(settings).simple();
    const query = connection.unsafe(textOf(statement), [...statement.values]).values();
    for await (const rows of query.cursor(batchSize)) {
      yield toBatch(rows as (string | null)[][]); // as: each column is a text or null
    }
    end = 'commit';
  } catch (error) {
    throw explain(error);
  } finally {
    await connection.unsafe(end).catch(() => undefined); // a connection that is gone has ended the transaction itself
    connection.release();
  }
}

/** The last column is the position in the source. */
function toBatch(rows: (string | null)[][]): ViewBatch {
  let position = 0;
  for (const row of rows) {
    position = Number(row.pop());
  }
  return { rows, position };
}

/** Class 22 is what PostgreSQL says of data: a text that is no date, a number too large, a pattern that is none. */
function explain(error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError)) {
    return error;
  }
  if (error.code === 'VS422') {
    return viewFailed(error.message, error);
  }
  const isOfData = error.code.startsWith('22');
  return isOfData ? viewFailed('a value is not of the form the expression needs.', error) : error;
}
