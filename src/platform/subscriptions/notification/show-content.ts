import { patientOf } from '#platform/search';
import { type ReadRecord, type Sql, type StoredVersion, writeReadRecords } from '#platform/store';

/** Whether a subscription may be shown a version: every content that leaves by a notification passes here. */
function mayShow(_subscription: string, version: StoredVersion): version is Shown {
  return version.content !== null;
}

/** A version whose content may leave. */
export type Shown = StoredVersion & { readonly content: string };

/** For a subscription in the audit trail. */
export function actorOf(subscription: string): string {
  return `Subscription/${subscription}`;
}

/**
 * Of the versions those that may be shown; that they were is in the audit trail, with the subscription as the actor,
 * before this settles and anything is sent.
 */
export async function showContent(
  sql: Sql,
  subscription: string,
  versions: readonly StoredVersion[],
): Promise<readonly Shown[]> {
  const shown = versions.filter((each) => mayShow(subscription, each));
  await writeReadRecords(
    sql,
    shown.map((each) => toRecord(subscription, each)),
  );
  return shown;
}

function toRecord(subscription: string, { type, id, version, content }: Shown): ReadRecord {
  const patient = type === 'Patient' ? id : patientOf(JSON.parse(content));
  return {
    actor: { name: actorOf(subscription) },
    action: 'R',
    type,
    id,
    version,
    ...(patient === undefined ? {} : { patient }),
  };
}
