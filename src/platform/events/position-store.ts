import type { Sql, Transaction } from '#platform/database';
import { firstChange, latestPosition } from '#platform/store';

export async function findPosition(sql: Sql, name: string): Promise<string | undefined> {
  const [row] = await sql<{ position: string }[]>`select position from events.subscriber where name = ${name}`;
  return row?.position;
}

/** The position kept under the name; a subscriber that is new begins where it says. */
export async function startPosition(sql: Sql, name: string, from: 'beginning' | 'now'): Promise<string> {
  const known = await findPosition(sql, name);
  if (known !== undefined) {
    return known;
  }
  const start = from === 'beginning' ? firstChange : await latestPosition(sql);
  await sql`
    insert into events.subscriber (name, position)
    values (${name}, ${start})
    on conflict (name) do nothing`;
  return (await findPosition(sql, name)) ?? start;
}

/** Moves from one position to the next; false when somebody else has moved it meanwhile. */
export async function movePosition(
  sql: Sql | Transaction,
  name: string,
  { from, to, handled }: { readonly from: string; readonly to: string; readonly handled: number },
): Promise<boolean> {
  const { count } = await sql`
    update events.subscriber
    set position = ${to}, handled = handled + ${handled}, updated = now()
    where name = ${name} and position = ${from}`;
  return count === 1;
}
