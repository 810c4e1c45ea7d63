import type { SearchQuery } from '#platform/search';
import type { SqlPool } from '../sql.ts';
import { runSearch } from './run-search.ts';

/** A statement that a search sends, and how the database goes about it. */
export type ExplainedStatement = {
  /** With `$1`, `$2`… in place of the values. */
  readonly text: string;
  readonly values: number;
  readonly plan: readonly string[];
};

export type ExplainOptions = {
  /** Carry the search out and tell times and rows as they were. Without, nothing is read, and only the first page is planned. */
  readonly analyze?: boolean;
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
};

/**
 * The statements of a search with their plans. The search itself is run, over a client that explains what it is to
 * send: what is shown is what would be sent. Plans repeat the values that are sought.
 */
export async function explainSearch(
  sql: SqlPool,
  query: SearchQuery,
  { analyze = false, baseUrl, timeoutMs = 60_000 }: ExplainOptions = {},
): Promise<ExplainedStatement[]> {
  const explained: ExplainedStatement[] = [];
  await sql.begin('read only', async (own) => {
    await own.unsafe(`set local statement_timeout = ${timeoutMs}`);
    const send = async (text: string, values: (string | number)[]) => {
      const how = analyze ? 'analyze, buffers' : 'costs';
      const lines = await own.unsafe<{ 'QUERY PLAN': string }[]>(`explain (${how}) ${text}`, values);
      explained.push({ text, values: values.length, plan: lines.map((line) => line['QUERY PLAN']) });
      return analyze ? own.unsafe(text, values) : [];
    };
    const explaining = new Proxy(own, {
      get: (target, name, receiver): unknown => (name === 'unsafe' ? send : Reflect.get(target, name, receiver)),
    });
    await runSearch(explaining, query, baseUrl);
  });
  return explained;
}
