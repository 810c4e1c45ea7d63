import { bucketOfId, type Sql } from '#platform/store';
import type { SubscriptionStatus } from './definition.ts';

/** A Subscription as it is served. */
export type Served = {
  readonly bucket: number;
  readonly id: string;
  readonly version: number;
  readonly content: string;
  readonly channel: 'rest-hook' | 'websocket';
  readonly state: SubscriptionStatus;
  readonly agreed: boolean;
  readonly events: number;
  readonly delivered: number;
  readonly failures: number;
  readonly due: string | null;
  readonly contacted: string | null;
  readonly error: string | null;
};

const columns =
  'bucket, id, version, content, channel, state, agreed, events, delivered, failures, due, contacted, error';

export async function findServed(sql: Sql, id: string): Promise<Served | undefined> {
  const [row] = await sql<Served[]>`
    select ${sql.unsafe(columns)}
    from subscriptions.subscription
    where bucket = ${bucketOfId(id)} and id = ${id}`;
  return row;
}

/** All subscriptions that are not off. */
export async function findListening(sql: Sql): Promise<Served[]> {
  return sql<Served[]>`select ${sql.unsafe(columns)} from subscriptions.subscription where state <> 'off'`;
}

/** Subscriptions by id and state, in order of id; no list means all. */
export async function listServed(
  sql: Sql,
  {
    ids,
    states,
    limit,
  }: { readonly ids: readonly string[]; readonly states: readonly string[]; readonly limit: number },
): Promise<Served[]> {
  return sql<Served[]>`
    select ${sql.unsafe(columns)}
    from subscriptions.subscription
    where (${ids.length} = 0 or id = any(${[...ids]})) and (${states.length} = 0 or state = any(${[...states]}))
    order by id
    limit ${limit}`;
}

/**
 * What the client has written becomes what is served; false where that version or a later one is served already. What was
 * owed when a subscription went off is not sent when it comes back: it can be asked for by `$events`.
 */
export async function serveVersion(
  sql: Sql,
  given: Pick<Served, 'id' | 'version' | 'content' | 'channel' | 'state'>,
  now: Date,
): Promise<boolean> {
  const { id, version, content, channel, state } = given;
  const due = state === 'off' ? null : now.toISOString();
  const { count } = await sql`
    insert into subscriptions.subscription as s (bucket, id, version, content, channel, state, due)
    values (${bucketOfId(id)}, ${id}, ${version}, ${content}, ${channel}, ${state}, ${due})
    on conflict (bucket, id) do update
    set version = excluded.version, content = excluded.content, channel = excluded.channel, state = excluded.state,
      due = excluded.due, agreed = false, failures = 0, error = null,
      delivered = case when s.state = 'off' then s.events else s.delivered end
    where s.version < excluded.version`;
  return count === 1;
}

export async function stopServing(sql: Sql, id: string): Promise<void> {
  const bucket = bucketOfId(id);
  await sql`delete from subscriptions.event where bucket = ${bucket} and subscription = ${id}`;
  await sql`delete from subscriptions.subscription where bucket = ${bucket} and id = ${id}`;
}

/**
 * Subscriptions with something to do, the longest waiting first. Those whose last attempt failed are asked for apart, so
 * that endpoints which do not answer cannot take the places of the others.
 */
export async function findDue(
  sql: Sql,
  { now, failing, without, limit }: { now: Date; failing: boolean; without: readonly string[]; limit: number },
): Promise<Served[]> {
  if (limit <= 0) {
    return [];
  }
  return sql<Served[]>`
    select ${sql.unsafe(columns)}
    from subscriptions.subscription
    where due <= ${now.toISOString()} and (failures > 0) = ${failing} and id <> all(${[...without]})
    order by due
    limit ${limit}`;
}

/** Notes that the endpoint has accepted everything up to an event. `next` is when something is to be done anyway. */
export async function noteSuccess(
  sql: Sql,
  { bucket, id, version }: Served,
  { upTo, now, next }: { readonly upTo: number; readonly now: Date; readonly next: Date | undefined },
): Promise<Served | undefined> {
  const [row] = await sql<Served[]>`
    update subscriptions.subscription
    set delivered = greatest(delivered, ${upTo}), failures = 0, error = null, contacted = ${now.toISOString()},
      due = case when events > ${upTo} then ${now.toISOString()}::text::timestamptz
        else ${next?.toISOString() ?? null}::text::timestamptz end
    where bucket = ${bucket} and id = ${id} and version = ${version}
    returning ${sql.unsafe(columns)}`;
  return row;
}

/** Notes an attempt in vain, and when the next is due. */
export async function noteFailure(
  sql: Sql,
  { bucket, id, version }: Served,
  { error, due }: { readonly error: string; readonly due: Date },
): Promise<Served | undefined> {
  const [row] = await sql<Served[]>`
    update subscriptions.subscription
    set failures = failures + 1, error = ${error}, due = ${due.toISOString()}
    where bucket = ${bucket} and id = ${id} and version = ${version}
    returning ${sql.unsafe(columns)}`;
  return row;
}

/** Sets when something is to be done next, where nothing else is. */
export async function setDue(sql: Sql, { bucket, id, version, events }: Served, due: Date | undefined): Promise<void> {
  await sql`
    update subscriptions.subscription
    set due = ${due?.toISOString() ?? null}
    where bucket = ${bucket} and id = ${id} and version = ${version} and events = ${events}`;
}
