import { type Clause, clause, verbatim } from './clause.ts';

/** What a row of a page that is bounded by size tells beside its columns. */
export type Measured = {
  /** The contents before it are too many bytes together already: its own was not sent, and the page ends before it. */
  readonly cut?: boolean;
};

/**
 * The rows, without the contents of those that come when `bytes` have been passed: memory holds a page of a thousand
 * resources, and not a thousand resources of tens of megabytes. `columns` are those of the rows but `content`.
 */
export function withinBytes(rows: Clause, columns: string, bytes: number): Clause {
  return clause`
    select ${verbatim(columns)}, case when before < ${bytes} then content end as content, before >= ${bytes} as cut
    from (
      select *, coalesce(sum(octet_length(content)) over (rows between unbounded preceding and 1 preceding), 0) as before
      from (${rows}) as page
    ) as measured`;
}

/** Those of the rows that have come whole. */
export function fitting<Row extends Measured>(rows: readonly Row[]): readonly Row[] {
  const end = rows.findIndex(({ cut }) => cut);
  return end < 0 ? rows : rows.slice(0, end);
}
