import postgres from 'postgres';
import { type Clause, clause, type Store, textOf } from '#platform/store';
import { compileView, type Source } from './compile/compile-view.ts';
import { viewFailed } from './errors.ts';
import type { View } from './view-tree.ts';

/** Rows of a view: for each column the text of its JSON, null where there is nothing. */
export type ViewRow = readonly (string | null)[];

export type ViewRows = {
  readonly columns: readonly string[];
  /** Batches of rows; leaving the loop early ends the statement. */
  readonly batches: AsyncIterable<readonly ViewRow[]>;
};

const batchSize = 500;

/** The resources of the record. */
export function recordSource({ resource }: View): Source {
  return {
    from: clause`record.resource r cross join lateral (select r.content::jsonb as v offset 0) as root`,
    where: clause`r.type = ${resource}`,
    order: clause` order by r.rid`,
  };
}

/** Resources that came with the request, as the text of a JSON array. */
export function givenSource({ resource }: View, resources: string): Source {
  return {
    from: clause`jsonb_array_elements(${resources}::text::jsonb) with ordinality as root(v, n)`,
    where: clause`root.v->>'resourceType' = ${resource}`,
    order: clause` order by root.n`,
  };
}

/**
 * Runs a view in one statement that is read batch by batch, so that memory does not grow with the rows. Throws `AppError`
 * `views.invalid-view` at once where the definition is wrong, and `views.failed` while reading where a resource has what
 * the definition rules out.
 */
export function runView({ sql, baseUrl }: Store, view: View, source: Source, limit?: number): ViewRows {
  const { columns, statement } = compileView(view, source, baseUrl);
  const limited: Clause = limit === undefined ? statement : clause`${statement} limit ${limit}`;
  return { columns, batches: readBatches(sql, limited) };
}

async function* readBatches(sql: Store['sql'], statement: Clause): AsyncGenerator<readonly ViewRow[]> {
  const query = sql.unsafe(textOf(statement), [...statement.values]).values();
  try {
    for await (const rows of query.cursor(batchSize)) {
      yield rows as ViewRow[]; // as: each column is a text or null
    }
  } catch (error) {
    throw explain(error);
  }
}

/** Class 22 is what PostgreSQL says of data: a text that is no date, a number too large, a pattern that is none. */
function explain(error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError)) {
    return error;
  }
  if (error.code === 'VS422') {
    return viewFailed(error.message, error);
  }
  const isOfData = error.code.startsWith('22') || error.code === '2201B';
  return isOfData ? viewFailed('a value is not of the form the expression needs.', error) : error;
}
