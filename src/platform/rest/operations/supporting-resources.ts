import { findMany, type ResourceAddress, type Sql, type StoredVersion } from '#platform/store';
import type { ReferenceScan } from './reference-scan.ts';

/** No answer carries more resources from outside the record than this; the answer says so. */
export const supportingAtMost = 2000;

/** A practitioner's role, its organisation, the organisation above: longer ways are not followed. */
const stepsByDefault = 3;

const lookedUpAtOnce = 500;

export type Supporting = {
  /** Addresses that are in the answer already. */
  readonly known: ReadonlySet<string>;
  /** Whether a resource may be shown beside the record; `steps` are those of references between, from 1. */
  readonly isShown: (resource: StoredVersion, steps: number) => boolean;
  /** How many references lie between the record and the last that is followed. */
  readonly stepsAtMost?: number;
};

/**
 * What the resources of a record refer to outside of it (practitioners, organisations, places, medicines), and what
 * those refer to in turn, piece by piece.
 */
export async function* findSupporting(
  sql: Sql,
  scan: ReferenceScan,
  { known, isShown, stepsAtMost = stepsByDefault }: Supporting,
): AsyncGenerator<readonly StoredVersion[], void> {
  const seen = new Set<string>();
  let shown = 0;
  for (let round = 0; round < stepsAtMost; round += 1) {
    const wanted = [...scan.take()].filter(([key]) => !known.has(key) && !seen.has(key));
    wanted.forEach(([key]) => seen.add(key));
    for (let at = 0; at < wanted.length && shown < supportingAtMost; at += lookedUpAtOnce) {
      const some = wanted.slice(at, at + lookedUpAtOnce).map(([, address]): ResourceAddress => address);
      const found = (await findMany(sql, some))
        .filter((each) => isShown(each, round + 1))
        .slice(0, supportingAtMost - shown);
      found.forEach(({ content }) => scan.add(content ?? ''));
      shown += found.length;
      yield found;
    }
  }
}
