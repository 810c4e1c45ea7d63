import { randomUUID } from 'node:crypto';
import type { RecordPiece, Sql } from '#platform/store';
import { foundEntry } from '../bundles.ts';
import { createReferenceScan } from './reference-scan.ts';
import { findSupporting, type Supporting, supportingAtMost } from './supporting-resources.ts';

/** How the answer of one call is made up. */
export type RecordBundle = {
  readonly sql: Sql;
  readonly baseUrl: string;
  /** Address of a page that begins behind a position; of this page where there is none. */
  readonly addressOf: (after: string | undefined) => string;
  /** The first piece of the record, already read. */
  readonly first: RecordPiece;
  /** Whether the first piece begins the record, so that its end makes it whole. */
  readonly isBegin: boolean;
  readonly readNext: (after: string, atMost: number) => Promise<RecordPiece>;
  /** The answer ends with the piece that passes one of these, and goes on with its next page. */
  readonly atMost: { readonly count: number; readonly bytes: number };
  readonly isShown: Supporting['isShown'];
};

/**
 * A record as a searchset, in pieces, so that memory holds one of them however long it is. What ends it (links, total)
 * stands at the end, where it is known.
 */
export async function* writeRecordBundle(bundle: RecordBundle): AsyncGenerator<Buffer> {
  const { sql, baseUrl, isShown, addressOf } = bundle;
  const scan = createReferenceScan(baseUrl);
  const known = new Set<string>();
  let next: string | undefined;
  let count = 0;
  let supporting = 0;
  let separator = ',"entry":[';
  yield Buffer.from(`{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset"`);
  for await (const piece of readPieces(bundle)) {
    next = piece.next;
    count += piece.count;
    scan.add(piece.entries.toString('latin1'));
    piece.addresses.forEach((each) => known.add(each));
    if (piece.count > 0) {
      yield Buffer.from(separator);
      yield piece.entries;
      separator = ',';
    }
  }
  for await (const found of findSupporting(sql, scan, { known, isShown })) {
    supporting += found.length;
    if (found.length > 0) {
      yield Buffer.from(separator + found.map((each) => foundEntry(each, { mode: 'include' }, baseUrl)).join(','));
      separator = ',';
    }
  }
  const cut = supporting >= supportingAtMost ? `${separator}${cutEntry}` : '';
  const end = separator === ',' ? ']' : '';
  const total = bundle.isBegin && next === undefined ? `,"total":${count}` : '';
  const links = [
    { relation: 'self', url: addressOf(undefined) },
    ...(next === undefined ? [] : [{ relation: 'next', url: addressOf(next) }]),
  ];
  yield Buffer.from(`${cut}${end}${total},"link":${JSON.stringify(links)}}`);
}

/** The pieces of one answer, the first of which has been read. */
async function* readPieces({ first, readNext, atMost }: RecordBundle): AsyncGenerator<RecordPiece> {
  let piece = first;
  let count = 0;
  let bytes = 0;
  for (;;) {
    yield piece;
    count += piece.count;
    bytes += piece.entries.length;
    if (piece.next === undefined || count >= atMost.count || bytes >= atMost.bytes) {
      return;
    }
    piece = await readNext(piece.next, atMost.count - count);
  }
}

const cutEntry = JSON.stringify({
  resource: {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics: `Only the first ${supportingAtMost} resources that the record refers to are here; ask with _count.`,
      },
    ],
  },
  search: { mode: 'outcome' },
});
