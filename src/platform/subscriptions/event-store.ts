import { bucketOfId, type Change, type Sql } from '#platform/store';

/** A change that concerns a subscription, under its number there. */
export type StoredEvent = {
  readonly number: number;
  readonly at: string;
  readonly bucket: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly method: string;
};

export type NewEvent = { readonly subscription: string; readonly change: Change };

/**
 * Gives the events the next numbers of their subscriptions, in the order given, and keeps them. Events of one
 * subscription are numbered under the lock of its row, so that there is neither a gap nor a number twice. A subscription
 * that was deleted meanwhile gets none.
 */
export async function addEvents(sql: Sql, events: readonly NewEvent[], now: Date): Promise<void> {
  if (events.length === 0) {
    return;
  }
  const list = <Value>(pick: (each: NewEvent) => Value): Value[] => events.map(pick);
  await sql`
    with given as (
      select *, row_number() over (partition by subscription order by place) as nth
      from unnest(${list((each) => bucketOfId(each.subscription))}::smallint[], ${list((each) => each.subscription)}::text[],
          ${list(({ change }) => change.updated)}::timestamptz[], ${list(({ change }) => change.bucket)}::smallint[],
          ${list(({ change }) => change.type)}::text[], ${list(({ change }) => change.id)}::text[],
          ${list(({ change }) => change.version)}::int[], ${list(({ change }) => change.method)}::text[])
        with ordinality as g(bucket, subscription, at, resource_bucket, type, id, version, method, place)
    ),
    counted as (
      update subscriptions.subscription s
      set events = s.events + c.amount,
        due = case when s.channel = 'rest-hook' and s.failures = 0
          then least(s.due, ${now.toISOString()}::text::timestamptz) else s.due end
      from (select bucket, subscription, count(*) as amount from given group by bucket, subscription) as c
      where s.bucket = c.bucket and s.id = c.subscription
      returning s.bucket, s.id, s.events - c.amount as before
    )
    insert into subscriptions.event (bucket, subscription, number, at, resource_bucket, type, id, version, method)
    select g.bucket, g.subscription, c.before + g.nth, g.at, g.resource_bucket, g.type, g.id, g.version, g.method
    from given g join counted c on c.bucket = g.bucket and c.id = g.subscription`;
}

/** Events of a subscription by number, both ends included. */
export async function findEvents(
  sql: Sql,
  subscription: string,
  { from, until, limit }: { readonly from: number; readonly until: number; readonly limit: number },
): Promise<StoredEvent[]> {
  return sql<StoredEvent[]>`
    select number, at, resource_bucket as bucket, type, id, version, method
    from subscriptions.event
    where bucket = ${bucketOfId(subscription)} and subscription = ${subscription} and number between ${from} and ${until}
    order by number
    limit ${limit}`;
}

/**
 * Removes events older than a moment that nobody waits for: they were delivered, or a client of a websocket has had its
 * time to ask for them, or their subscription was given up or put off.
 */
export async function removeEvents(sql: Sql, before: Date): Promise<void> {
  await sql`
    delete from subscriptions.event e
    using subscriptions.subscription s
    where s.bucket = e.bucket and s.id = e.subscription and e.at < ${before.toISOString()}
      and (s.channel = 'websocket' or e.number <= s.delivered or s.state = 'off')`;
}
