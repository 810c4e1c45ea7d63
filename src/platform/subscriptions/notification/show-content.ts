import { patientOf } from '#platform/search';
import { type Actor, type ReadRecord, type Sql, type StoredVersion, writeReadRecords } from '#platform/store';

/** Whether a subscription may be shown a version: every content that leaves by a notification passes here. */
function mayShow(_subscription: string, version: StoredVersion): version is Shown {
  return version.content !== null;
}

/** A version whose content may leave. */
export type Shown = StoredVersion & { readonly content: string };

/** A subscription as the one who sees, for what is sent to it. */
export function subscriberOf(subscription: string): Actor {
  return { name: `Subscription/${subscription}` };
}

/** Of the versions those that may be shown; that they were is in the audit trail before this settles and anything is sent. */
export async function showContent(
  sql: Sql,
  { subscription, viewer }: { readonly subscription: string; readonly viewer: Actor },
  versions: readonly StoredVersion[],
): Promise<readonly Shown[]> {
  const shown = versions.filter((each) => mayShow(subscription, each));
  await writeReadRecords(
    sql,
    shown.map((each) => toRecord(viewer, each)),
  );
  return shown;
}

function toRecord(actor: Actor, { type, id, version, content }: Shown): ReadRecord {
  const patient = type === 'Patient' ? id : patientOf(JSON.parse(content));
  return {
    actor,
    action: 'R',
    type,
    id,
    version,
    ...(patient === undefined ? {} : { patient }),
  };
}
