import { createHash, randomBytes } from 'node:crypto';
import type { Sql } from '#platform/store';

export type BindingToken = { readonly token: string; readonly expires: Date };
export type Binding = { readonly subscriptions: readonly string[]; readonly expires: string };

/** A binding ends with its token; a client that goes on asks for another before. */
const validMs = 15 * 60_000;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A token with which a websocket is bound to the subscriptions. Only its hash is kept. */
export async function issueBindingToken(sql: Sql, subscriptions: readonly string[], now: Date): Promise<BindingToken> {
  const token = randomBytes(32).toString('base64url');
  const expires = new Date(now.getTime() + validMs);
  await sql`delete from subscriptions.binding_token where expires < ${now.toISOString()}`;
  await sql`
    insert into subscriptions.binding_token (hash, subscriptions, expires)
    values (${hashOf(token)}, ${[...subscriptions]}, ${expires.toISOString()})`;
  return { token, expires };
}

export async function findBinding(sql: Sql, token: string, now: Date): Promise<Binding | undefined> {
  const [row] = await sql<Binding[]>`
    select subscriptions, expires
    from subscriptions.binding_token
    where hash = ${hashOf(token)} and expires > ${now.toISOString()}`;
  return row;
}
