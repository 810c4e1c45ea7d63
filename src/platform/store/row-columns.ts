import { hash64 } from '#platform/search';
import { arrayLiteral, type Element } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import type { AuthoredWrite, PreparedWrite } from './prepared-write.ts';
import { timestampLiteral } from './timestamp-literal.ts';

/**
 * Stands between the texts of several resources. JSON writes control characters as escapes, so that none occurs in
 * them and the texts need no quoting, which would double their size on the way.
 */
export const contentSeparator = '\u001e';

/** One array per column in PostgreSQL's text form: a statement has the same shape for one write and for a thousand. */
export function toColumns(writes: readonly AuthoredWrite[]) {
  const list = (pick: (each: AuthoredWrite) => Element): string => arrayLiteral(writes.map(pick));
  return {
    method: list(({ write }) => write.method),
    bucket: list(({ write }) => write.bucket),
    type: list(({ write }) => write.type),
    id: list(({ write }) => write.id),
    version: list(({ write }) => write.version),
    updated: list(({ write }) => write.updated),
    patient: list(({ write }) => write.entries?.patient ?? null),
    patientKey: list(({ write: { entries } }) => (entries?.patient ? hash64(`Patient/${entries.patient}`) : null)),
    dateLo: list(({ write: { entries } }) => (entries?.date ? timestampLiteral(entries.date.lo) : null)),
    dateHi: list(({ write: { entries } }) => (entries?.date ? timestampLiteral(entries.date.hi) : null)),
    lead: list(({ write }) => write.entries?.lead ?? null),
    label: list(({ write }) => write.entries?.label ?? null),
    content: writes.map(({ write }) => write.content ?? '').join(contentSeparator),
    actor: list(({ actor }) => actor.name),
    requestId: list(({ actor }) => actor.requestId ?? null),
  };
}

/** Stands between the texts that one resource is found by, which hold no control characters. */
export const entrySeparator = '\u001f';

/**
 * What the resources are found by. Arrays within an array would be quoted here and read twice there, which is a quarter
 * of what a write costs the database: the numbers of all resources follow one another instead, and each row has the
 * places of its first and last; the texts stand between separators.
 */
export function toEntryColumns(writes: readonly AuthoredWrite[]) {
  const keys = writes.map(({ write }) => write.entries?.keys ?? []);
  const identified = writes.map(({ write }) =>
    (write.entries?.identifiers ?? []).flatMap(({ key, system }) => [key, system]),
  );
  return {
    keys: joined(keys),
    identified: joined(identified),
    strings: writes.map(({ write }) => (write.entries?.strings ?? []).join(entrySeparator)).join(contentSeparator),
  };
}

/** The arrays one behind the other, with the places of the first and last element of each, from 1. */
function joined(arrays: readonly (readonly bigint[])[]) {
  const from: number[] = [];
  const to: number[] = [];
  let end = 0;
  for (const { length } of arrays) {
    from.push(end + 1);
    end += length;
    to.push(end);
  }
  return { all: arrayLiteral(arrays.flat()), from: arrayLiteral(from), to: arrayLiteral(to) };
}

/** What only new rows have. */
export function toNewColumns(writes: readonly AuthoredWrite[]) {
  return {
    self: arrayLiteral(writes.map(({ write }) => hash64(`${write.type}/${write.id}`))),
    home: arrayLiteral(writes.map(({ write }) => locatedFrom(write))),
  };
}

/** The bucket the id of a resource that never was speaks of, where it is stored in another. */
export function locatedFrom({ id, bucket, isNew }: PreparedWrite): number | null {
  const home = bucketOfId(id);
  return home === bucket || !isNew ? null : home; // a deletion leaves the locator in place
}

/** The range entries of all writes, one array per column; `n` is the write's place, from 1. */
export function toRanges(writes: readonly AuthoredWrite[]) {
  const all = writes.flatMap(({ write }, at) => (write.entries?.ranges ?? []).map((range) => ({ n: at + 1, range })));
  const list = (pick: (each: (typeof all)[number]) => Element): string => arrayLiteral(all.map(pick));
  return {
    n: list((each) => each.n),
    parameter: list((each) => each.range.parameter),
    lo: list((each) => each.range.lo),
    hi: list((each) => each.range.hi),
    units: list((each) => (each.range.units.length > 0 ? arrayLiteral(each.range.units) : null)),
    tokens: list((each) => (each.range.tokens.length > 0 ? arrayLiteral(each.range.tokens) : null)),
  };
}
