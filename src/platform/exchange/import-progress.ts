import type { Sql } from '#platform/store';

export type ImportProgress = { readonly source: string; readonly items: number; readonly finished: boolean };

export async function findProgress(sql: Sql, source: string): Promise<ImportProgress | undefined> {
  const [row] = await sql<ImportProgress[]>`
    select source, items, finished from exchange.import_progress where source = ${source}`;
  return row;
}

/** Everything whose source begins so. */
export async function listProgress(sql: Sql, prefix: string): Promise<ImportProgress[]> {
  return sql<ImportProgress[]>`
    select source, items, finished
    from exchange.import_progress
    where starts_with(source, ${prefix})
    order by updated desc`;
}

/** Notes that the fate of so many items is stored; called in the transaction that stores them. */
export async function saveProgress(sql: Sql, source: string, items: number): Promise<void> {
  await sql`
    insert into exchange.import_progress (source, items, finished)
    values (${source}, ${items}, false)
    on conflict (source) do update set items = excluded.items, finished = false, updated = now()`;
}

export async function finishProgress(sql: Sql, source: string): Promise<void> {
  await sql`
    insert into exchange.import_progress (source, items, finished)
    values (${source}, 0, true)
    on conflict (source) do update set finished = true, updated = now()`;
}
