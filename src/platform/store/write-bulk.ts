import { isSpread } from '#platform/database';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import { giveId, hasConditionalReference } from './connect-entries.ts';
import { type CopiedRows, CopyFailedError, copyRows, RowsEncoder, reuseRows } from './copy-rows.ts';
import { type Elsewhere, elsewhereOf, rememberElsewhere } from './elsewhere.ts';
import { type PrepareOptions, prepareWrite, type Surroundings } from './prepare-write.ts';
import type { Actor, PreparedWrite } from './prepared-write.ts';
import type { ResourceAddress } from './read-rows.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { countCreated } from './store-metrics.ts';
import { rememberUnits } from './ucum-units.ts';
import type { WriteRequest } from './write-request.ts';
import { toStep } from './write-step.ts';

/** Resources made ready to be stored as new ones; any thread can do that, and hand them over as they are. */
export type Bulk = {
  readonly rows: CopiedRows;
  readonly addresses: readonly ResourceAddress[];
  /** UCUM units of their quantities. */
  readonly units: readonly string[];
  /** Where they lie beside the buckets of their patients. */
  readonly elsewhere: readonly Elsewhere[];
};

/**
 * Prepares validated creates (with a wanted id) and updates (by id) one after the other as if nothing were stored yet.
 * `guarded` are types that other parts look at before they are stored.
 */
export class BulkBuilder {
  readonly #around: Surroundings & { readonly guarded: ReadonlySet<string> };
  readonly #options: Pick<PrepareOptions, 'keepVersions'>;
  readonly #rows: RowsEncoder;
  readonly #addresses: ResourceAddress[] = [];
  readonly #units = new Set<string>();
  readonly #elsewhere: Elsewhere[] = [];
  readonly #seen = new Set<string>();

  constructor(
    around: Surroundings & { readonly guarded: ReadonlySet<string> },
    actor: Actor,
    options: Pick<PrepareOptions, 'keepVersions'>,
  ) {
    this.#around = around;
    this.#options = options;
    this.#rows = new RowsEncoder(actor);
  }

  /**
   * Takes a request as the next row; or not, when what it stores depends on what is stored, so that `writeResources` must
   * see it. Throws the `AppError` of one that cannot be stored.
   */
  add(request: WriteRequest): boolean {
    const write = this.#around.guarded.has(request.type) ? undefined : this.#prepare(request);
    if (!write) {
      return false;
    }
    const { type, id } = write;
    const address = `${type}/${id}`;
    if (this.#seen.has(address)) {
      return false;
    }
    this.#seen.add(address);
    this.#addresses.push({ type, id });
    write.entries?.units.forEach((unit) => this.#units.add(unit));
    this.#elsewhere.push(...elsewhereOf(write));
    this.#rows.add(write);
    return true;
  }

  finish(): Bulk {
    const [rows, addresses, units] = [this.#rows.finish(), this.#addresses, [...this.#units]];
    return { rows, addresses, units, elsewhere: this.#elsewhere };
  }

  #prepare(request: WriteRequest): PreparedWrite | undefined {
    const step = toStep(request, undefined);
    giveId(this.#around, step);
    const write = prepareWrite(this.#around, step, { ...this.#options, validated: true });
    return hasConditionalReference(write.content ?? '') ? undefined : write;
  }
}

/** Takes back the memory of a bulk that nobody reads any more. */
export function reuseBulk({ rows }: Bulk): void {
  reuseRows(rows);
}

/** A row that was left out, since its resource is or was there; `isCurrent` when it is. */
export type KnownRow = { readonly row: number; readonly isCurrent: boolean };

/**
 * Stores the rows of a bulk whose resources never were there, in one transaction with what `before` does; gives
 * the others. Where rows cannot be stored for whatever reason all are given, and the way for a few writes will tell why.
 */
export async function writeBulk(
  store: Store,
  { rows, addresses, units, elsewhere }: Bulk,
  before: (sql: Sql, known: readonly KnownRow[]) => Promise<void>,
): Promise<readonly KnownRow[]> {
  store.beforeWrite?.();
  await store.parameters?.renew();
  const table = store.parameters?.table();
  if (isSpread(store.sql)) {
    return addresses.map((_, row) => ({ row, isCurrent: false })); // what is copied would not have its server's numbers
  }
  if (table && addresses.some(({ type }) => table.added(type).length > 0)) {
    return addresses.map((_, row) => ({ row, isCurrent: false })); // the threads know the standard's parameters alone
  }
  let known = await findKnown(store.sql, addresses);
  for (;;) {
    try {
      await storeOthers(store, { rows, units, elsewhere, known }, before);
      countCreated(addresses.length - known.length);
      store.afterWrite?.();
      return known;
    } catch (error) {
      if (!(error instanceof CopyFailedError)) {
        throw error;
      }
      const found = await findKnown(store.sql, addresses);
      if (found.length <= known.length) {
        return addresses.map((_, row) => ({ row, isCurrent: false }));
      }
      known = found; // others have stored some of them meanwhile
    }
  }
}

async function storeOthers(
  store: Store,
  {
    rows,
    units,
    elsewhere,
    known,
  }: Pick<Bulk, 'rows' | 'units' | 'elsewhere'> & { readonly known: readonly KnownRow[] },
  before: (sql: Sql, known: readonly KnownRow[]) => Promise<void>,
): Promise<void> {
  await store.sql.begin(async (sql) => {
    if (known.length < rows.count) {
      await rememberUnits(store.sql, sql, units);
      await rememberElsewhere(sql, elsewhere);
      await copyRows(sql, rows, new Set(known.map(({ row }) => row)));
    }
    await before(sql, known);
  });
}

/** Which of the addresses are taken by a resource, or were. */
async function findKnown(sql: Sql, addresses: readonly ResourceAddress[]): Promise<KnownRow[]> {
  const all = addresses.map(({ type, id }, row) => ({ row, type, id, bucket: bucketOfId(id) }));
  if (all.length === 0) {
    return [];
  }
  const [current, located, past] = await Promise.all([findCurrent(sql, all), locate(sql, all), findPast(sql, all)]);
  const moved = await findCurrent(sql, located);
  const movedPast = await findPast(sql, located);
  const isCurrent = new Set([...current, ...moved]);
  const known = new Set([...isCurrent, ...past, ...movedPast]);
  return [...known].sort((a, b) => a - b).map((row) => ({ row, isCurrent: isCurrent.has(row) }));
}

type Placed = ResourceAddress & { readonly row: number; readonly bucket: number };

function given(sql: Sql, addresses: readonly Placed[]) {
  const list = (pick: (each: Placed) => string | number): string => arrayLiteral(addresses.map(pick));
  return sql`
    unnest(${list(({ row }) => row)}::text::int[], ${list(({ bucket }) => bucket)}::text::smallint[],
      ${list(({ type }) => type)}::text::text[], ${list(({ id }) => id)}::text::text[]) as a(n, bucket, type, id)`;
}

async function findCurrent(sql: Sql, addresses: readonly Placed[]): Promise<number[]> {
  if (addresses.length === 0) {
    return [];
  }
  const rows = await sql<{ n: number }[]>`
    select a.n
    from ${given(sql, addresses)}
      join record.resource r on r.bucket = a.bucket and r.type = a.type and r.id = a.id`;
  return rows.map(({ n }) => n);
}

async function locate(sql: Sql, addresses: readonly Placed[]): Promise<Placed[]> {
  const rows = await sql<{ n: number; bucket: number }[]>`
    select a.n, l.bucket
    from ${given(sql, addresses)}
      join record.locator l on l.home = a.bucket and l.type = a.type and l.id = a.id`;
  return rows.flatMap(({ n, bucket }) => {
    const address = addresses[n];
    return address ? [{ ...address, bucket }] : [];
  });
}

async function findPast(sql: Sql, addresses: readonly Placed[]): Promise<number[]> {
  if (addresses.length === 0) {
    return [];
  }
  const rows = await sql<{ n: number }[]>`
    select distinct a.n
    from ${given(sql, addresses)}
      join record.history h on h.bucket = a.bucket and h.type = a.type and h.id = a.id`;
  return rows.map(({ n }) => n);
}
