import type { Writable } from 'node:stream';
import postgres from 'postgres';
import { hash64, hash64Once } from '#platform/search';
import { type CopiedTable, CopyEncoder } from './copy-encoder.ts';
import type { Actor, PreparedWrite } from './prepared-write.ts';
import type { Sql } from './sql.ts';

/** First versions of resources as rows of all tables of the record, for `COPY`; the numbers of the rows come later. */
export type CopiedRows = {
  readonly count: number;
  readonly resource: CopiedTable;
  readonly locator: CopiedTable;
  readonly identifier: CopiedTable;
  readonly range: CopiedTable;
  readonly change: CopiedTable;
  readonly audit: CopiedTable;
};

type Tables = { readonly [Name in TableName]: CopyEncoder };
type TableName = Exclude<keyof CopiedRows, 'count'>;

/** Encodes new resources (`supersedes` is 0) one after the other. Their numbers lead the rows, where `copyRows` writes them. */
export class RowsEncoder {
  readonly #actor: Actor;
  readonly #tables: Tables;
  #count = 0;

  constructor(actor: Actor) {
    this.#actor = actor;
    this.#tables = {
      resource: encoderOf('resource'),
      locator: encoderOf('locator'),
      identifier: encoderOf('identifier'),
      range: encoderOf('range'),
      change: encoderOf('change'),
      audit: encoderOf('audit'),
    };
  }

  /** `home` is the bucket that the id speaks of. */
  add(write: PreparedWrite, home: number): void {
    const owner = this.#count;
    this.#count += 1;
    encodeResource(this.#tables.resource, write, owner);
    encodeEntries(this.#tables, write, { owner, home });
    encodeLog(this.#tables, write, { owner, actor: this.#actor });
  }

  finish(): CopiedRows {
    const { resource, locator, identifier, range, change, audit } = this.#tables;
    return {
      count: this.#count,
      resource: resource.finish(),
      locator: locator.finish(),
      identifier: identifier.finish(),
      range: range.finish(),
      change: change.finish(),
      audit: audit.finish(),
    };
  }
}

/**
 * Memory of rows that are stored, by table. New memory for each portion costs more than what is written into it, and, being
 * none of JavaScript's own, makes its collector run for the sake of the few objects that hold it.
 */
const spares: Record<TableName, ArrayBuffer[]> = {
  resource: [],
  locator: [],
  identifier: [],
  range: [],
  change: [],
  audit: [],
};
const sparesAtMost = 4;
/** What one portion of large resources has blown up is not kept. */
const spareBytesAtMost = 1 << 23;

function encoderOf(name: TableName): CopyEncoder {
  return new CopyEncoder(spares[name].pop());
}

/** Takes back the memory of rows that nobody reads any more. */
export function reuseRows(rows: CopiedRows): void {
  for (const name of [...numbered, ...unnumberedTables]) {
    const { buffer } = rows[name].bytes;
    if (spares[name].length < sparesAtMost && buffer.byteLength <= spareBytesAtMost) {
      spares[name].push(buffer);
    }
  }
}

const unnumbered = 0n;

function encodeResource(table: CopyEncoder, write: PreparedWrite, owner: number): void {
  const { bucket, type, id, version, updated, method, entries, content } = write;
  table.begin(owner, 18);
  table.bigint(unnumbered);
  table.smallint(bucket);
  table.text(type);
  table.text(id);
  table.integer(version);
  table.timestamp(Date.parse(updated));
  table.text(method);
  table.bigint(type === 'Patient' ? hash64(`Patient/${id}`) : hash64Once(`${type}/${id}`));
  table.text(entries?.patient);
  if (entries?.patient === undefined) {
    table.null();
  } else {
    table.bigint(hash64(`Patient/${entries.patient}`));
  }
  if (entries?.date) {
    table.timestamp(entries.date.lo);
    table.timestamp(entries.date.hi);
  } else {
    table.null();
    table.null();
  }
  if (entries?.lead === undefined) {
    table.null();
  } else {
    table.bigint(entries.lead);
  }
  table.text(entries?.label);
  table.bigints(entries?.keys ?? []);
  table.bigints((entries?.identifiers ?? []).flatMap(({ key, system }) => [key, system]));
  table.words(entries?.strings ?? []);
  table.text(content);
}

type EntryTables = Record<'locator' | 'identifier' | 'range', CopyEncoder>;

function encodeEntries(
  { locator, identifier, range }: EntryTables,
  { bucket, type, id, entries }: PreparedWrite,
  { owner, home }: { readonly owner: number; readonly home: number },
): void {
  if (home !== bucket) {
    locator.begin(owner, 4);
    locator.smallint(home);
    locator.text(type);
    locator.text(id);
    locator.smallint(bucket);
  }
  for (const { key, system } of entries?.identifiers ?? []) {
    identifier.begin(owner, 4);
    identifier.bigint(unnumbered);
    identifier.smallint(bucket);
    identifier.bigint(key);
    identifier.bigint(system);
  }
  // in the order of the index by row, to whose end they then go without a search
  const ranges = (entries?.ranges ?? []).toSorted((a, b) => a.parameter - b.parameter);
  for (const { parameter, lo, hi, units, tokens } of ranges) {
    range.begin(owner, 8);
    range.bigint(unnumbered);
    range.smallint(bucket);
    range.text(type);
    range.integer(parameter);
    range.numeric(lo);
    range.numeric(hi);
    encodeHashes(range, units);
    encodeHashes(range, tokens);
  }
}

function encodeHashes(table: CopyEncoder, hashes: readonly bigint[]): void {
  if (hashes.length === 0) {
    table.null();
  } else {
    table.bigints(hashes);
  }
}

function encodeLog(
  { change, audit }: Record<'change' | 'audit', CopyEncoder>,
  { bucket, type, id, version, method, updated, entries }: PreparedWrite,
  { owner, actor }: { readonly owner: number; readonly actor: Actor },
): void {
  change.begin(owner, 7);
  change.smallint(bucket);
  change.text(type);
  change.text(id);
  change.integer(version);
  change.text(method);
  change.timestamp(Date.parse(updated));
  change.text(entries?.patient);
  audit.begin(owner, 8);
  audit.smallint(bucket);
  audit.text(actor.name);
  audit.text(method);
  audit.text(type);
  audit.text(id);
  audit.integer(version);
  audit.text(entries?.patient);
  audit.text(actor.requestId);
}

/** The columns of each table in the order of its fields. */
const columns = {
  resource: `record.resource (rid, bucket, type, id, version, updated, method, self, patient, patient_key, date_lo, date_hi,
    lead_key, label, keys, identified, strings, content)`,
  locator: 'record.locator (home, type, id, bucket)',
  identifier: 'record.identifier_entry (rid, bucket, key, system)',
  range: 'record.range_entry (rid, bucket, type, parameter, lo, hi, units, tokens)',
  change: 'record.change (bucket, type, id, version, method, updated, patient)',
  audit: 'audit.entry (bucket, actor, action, type, id, version, patient, request_id)',
} as const;

const numbered = ['resource', 'identifier', 'range'] as const;
const unnumberedTables = ['locator', 'change', 'audit'] as const;

/** `COPY` failed, and only the way for a few writes can tell why. */
export class CopyFailedError extends Error {
  override readonly name = 'CopyFailedError';
}

/**
 * Writes the rows in an open transaction, but for those of the writes left out: a fifth of what the statement for a
 * few writes costs the database. Throws `CopyFailedError`, after which the transaction can only be rolled back.
 */
export async function copyRows(sql: Sql, rows: CopiedRows, leftOut: ReadonlySet<number> = new Set()): Promise<void> {
  const numbers = await drawNumbers(sql, rows.count);
  numbered.forEach((name) => number(rows[name], numbers));
  try {
    for (const name of [...numbered, ...unnumberedTables]) {
      await copyTable(sql, columns[name], rows[name], leftOut);
    }
    await sql`select`;
  } catch (cause) {
    throw isCopyFailure(cause) ? new CopyFailedError('rows could not be copied', { cause }) : cause;
  }
}

/** The error of a `COPY` itself where it came early, else that of the statement behind it. */
function isCopyFailure(error: unknown): boolean {
  return error instanceof postgres.PostgresError;
}

async function drawNumbers(sql: Sql, count: number): Promise<readonly number[]> {
  const rows = await sql<{ rid: number }[]>`
    select nextval('record.rid') as rid from generate_series(1, ${count})`;
  return rows.map(({ rid }) => rid);
}

/** The number is the first field: behind the number of fields and its own length. */
const numberOffset = 6;

function number({ bytes, starts, owners }: CopiedTable, numbers: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  owners.forEach((owner, row) => {
    view.setBigInt64((starts[row] ?? 0) + numberOffset, BigInt(numbers[owner] ?? 0));
  });
}

const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailer = Buffer.from([0xff, 0xff]);

async function copyTable(sql: Sql, target: string, table: CopiedTable, leftOut: ReadonlySet<number>): Promise<void> {
  const pieces = leftOut.size === 0 ? [table.bytes] : piecesOf(table, leftOut);
  if (pieces.every((piece) => piece.length === 0)) {
    return;
  }
  const stream = await sql.unsafe(`copy ${target} from stdin (format binary)`).writable();
  const sent = sentWhole(stream);
  stream.write(header);
  pieces.forEach((piece) => stream.write(piece));
  stream.end(trailer);
  await sent;
}

/**
 * Settles when all has been handed to the connection, so that the next statement may follow. The client (postgres 3.4)
 * does not tell of an error that comes later: the transaction is then aborted, and the next statement fails. It would
 * also send a `CopyFail` behind each stream that has ended well, in the midst of what follows.
 */
function sentWhole(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    const final = stream._final?.bind(stream);
    stream._final = (callback) => {
      final?.(callback);
      stream._destroy = (error, done) => done(error);
      resolve();
    };
  });
}

/** What is left of a table without the rows of some writes. */
function piecesOf({ bytes, starts, owners }: CopiedTable, leftOut: ReadonlySet<number>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  owners.forEach((owner, row) => {
    if (!leftOut.has(owner)) {
      pieces.push(bytes.subarray(starts[row], starts[row + 1]));
    }
  });
  return pieces;
}
