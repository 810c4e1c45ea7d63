import { AppError } from '#platform/errors';
import { cloneJson, type Resource } from '#platform/fhir';
import { type Store, writeResources } from '#platform/store';
import type { SubscriptionStatus } from './definition.ts';
import type { Served } from './subscription-store.ts';

export type NewState = {
  readonly state: SubscriptionStatus;
  /** What went wrong, for people; it holds nothing of any patient. */
  readonly error?: string;
  readonly agreed?: boolean;
  /** When something is to be done next; at once where it becomes active and events have come meanwhile. */
  readonly due?: Date | undefined;
};

/** The server's own name in the audit trail where it changes a Subscription. */
const actor = { name: 'subscriptions' };

/**
 * Gives a Subscription another status, in the record and where it is served, together. False where its client has
 * written it meanwhile: then this speaks of something that is no longer so.
 */
export async function changeState(store: Store, served: Served, next: NewState): Promise<boolean> {
  const { id, bucket, version } = served;
  const { guards: _own, ...unguarded } = store;
  const apply = (resource: Resource): Resource => withStatus(resource, next);
  try {
    await writeResources(
      unguarded,
      actor,
      [{ kind: 'patch', type: 'Subscription', target: id, ifMatch: version, apply }],
      {
        before: async (sql, [result]) => {
          const { count } = await sql`
          update subscriptions.subscription
          set state = ${next.state}, error = ${next.error ?? null}, agreed = ${next.agreed ?? served.agreed},
            due = case when ${next.state === 'active'} and channel = 'rest-hook' and events > delivered
              then ${store.now().toISOString()}::text::timestamptz
              else ${next.due?.toISOString() ?? null}::text::timestamptz end, version = ${result?.version ?? version}
          where bucket = ${bucket} and id = ${id} and version = ${version}`;
          if (count !== 1) {
            throw new AppError('stale', 'subscriptions.superseded', 'The Subscription was written meanwhile.');
          }
        },
      },
    );
    return true;
  } catch (error) {
    if (error instanceof AppError && ['stale', 'gone', 'notFound'].includes(error.kind)) {
      return false;
    }
    throw error;
  }
}

function withStatus(resource: Resource, { state, error }: NewState): Resource {
  const changed = cloneJson<Record<string, unknown> & Resource>(resource);
  changed['status'] = state;
  delete changed['error'];
  if (error !== undefined) {
    changed['error'] = error;
  }
  return changed;
}
