import { AppError } from '#platform/errors';
import type { Resource } from '#platform/fhir';
import type { OperationCall } from '#platform/rest';
import { findNewest, gone, notFound, type Sql } from '#platform/store';
import { type Definition, readDefinition, type SubscriptionStatus } from '../definition.ts';
import { findServed, type Served } from '../subscription-store.ts';

/**
 * A Subscription as it is served. One that was written this very moment is not yet: then it is as it was written, before
 * its first event.
 */
export async function findSubscription(sql: Sql, id: string): Promise<Served | undefined> {
  return (await findServed(sql, id)) ?? (await findWritten(sql, id));
}

async function findWritten(sql: Sql, id: string): Promise<Served | undefined> {
  const stored = await findNewest(sql, { type: 'Subscription', id });
  if (!stored) {
    return undefined;
  }
  if (stored.content === null) {
    throw gone(stored);
  }
  const { status, channel } = JSON.parse(stored.content) as { status: SubscriptionStatus; channel: { type: string } }; // as: it is valid
  return {
    bucket: stored.bucket,
    id,
    version: stored.version,
    content: stored.content,
    channel: channel.type === 'websocket' ? 'websocket' : 'rest-hook',
    state: status,
    agreed: false,
    events: 0,
    delivered: 0,
    failures: 0,
    due: null,
    contacted: null,
    error: null,
  };
}

/** The Subscription an operation is called on. */
export async function getSubscription({ service, id = '' }: OperationCall): Promise<Served> {
  const served = await findSubscription(service.store.sql, id);
  if (!served) {
    throw notFound({ type: 'Subscription', id });
  }
  return served;
}

/** What it asks for; one that came into the record past all checks may ask for what is not served. */
export function definitionOf({ content }: Served): Definition | undefined {
  try {
    return readDefinition(JSON.parse(content) as Resource); // as: it was stored as one
  } catch (error) {
    if (error instanceof AppError) {
      return undefined;
    }
    throw error;
  }
}
