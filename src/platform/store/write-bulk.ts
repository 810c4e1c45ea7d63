import { isSpread } from '#platform/database';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfIdOnce } from './bucket.ts';
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
  readonly types: readonly string[];
  readonly addresses: AddressColumns;
  /** UCUM units of their quantities. */
  readonly units: readonly string[];
  /** Where they lie beside the buckets of their patients. */
  readonly elsewhere: readonly Elsewhere[];
};

/** The addresses of the rows in PostgreSQL's text form, `home` being the buckets that their ids speak of. */
type AddressColumns = { readonly home: string; readonly type: string; readonly id: string };

/**
 * Prepares validated creates (with a wanted id) and updates (by id) one after the other as if nothing were stored yet.
 * `guarded` are types that other parts look at before they are stored.
 */
export class BulkBuilder {
  readonly #around: Surroundings & { readonly guarded: ReadonlySet<string> };
  readonly #options: Pick<PrepareOptions, 'keepVersions'>;
  readonly #rows: RowsEncoder;
  readonly #addresses: (ResourceAddress & { readonly home: number })[] = [];
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
   * see it. Throws the `AppError` of one that cannot be stored. `printed` is its resource as `stringifyJson` prints it, where
   * that is known.
   */
  add(request: WriteRequest, printed?: string): boolean {
    const write = this.#around.guarded.has(request.type) ? undefined : this.#prepare(request, printed);
    if (!write) {
      return false;
    }
    const { type, id } = write;
    const address = `${type}/${id}`;
    if (this.#seen.has(address)) {
      return false;
    }
    this.#seen.add(address);
    const home = bucketOfIdOnce(id);
    this.#addresses.push({ type, id, home });
    write.entries?.units.forEach((unit) => this.#units.add(unit));
    this.#elsewhere.push(...elsewhereOf(write));
    this.#rows.add(write, home);
    return true;
  }

  finish(): Bulk {
    const all = this.#addresses;
    return {
      rows: this.#rows.finish(),
      types: [...new Set(all.map(({ type }) => type))],
      addresses: {
        home: arrayLiteral(all.map(({ home }) => home)),
        type: arrayLiteral(all.map(({ type }) => type)),
        id: arrayLiteral(all.map(({ id }) => id)),
      },
      units: [...this.#units],
      elsewhere: this.#elsewhere,
    };
  }

  #prepare(request: WriteRequest, printed: string | undefined): PreparedWrite | undefined {
    const step = toStep(request, undefined);
    giveId(this.#around, step);
    const write = prepareWrite(this.#around, step, { ...this.#options, validated: true, printed });
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
 * What is stored is on disk only when `flushWrites` has been waited for.
 */
export async function writeBulk(
  store: Store,
  { rows, types, addresses, units, elsewhere }: Bulk,
  before: (sql: Sql, known: readonly KnownRow[]) => Promise<void>,
): Promise<readonly KnownRow[]> {
  store.beforeWrite?.();
  await store.parameters?.renew();
  const table = store.parameters?.table();
  const all = (): KnownRow[] => Array.from({ length: rows.count }, (_, row) => ({ row, isCurrent: false }));
  if (isSpread(store.sql)) {
    return all(); // what the coordinator copies has not the numbers of the servers' transactions, see read-changes.ts
  }
  if (table && types.some((type) => table.added(type).length > 0)) {
    return all(); // the threads know the standard's parameters alone
  }
  let known = await findKnown(store.sql, addresses);
  for (;;) {
    try {
      await storeOthers(store, { rows, units, elsewhere, known }, before);
      countCreated(rows.count - known.length);
      store.afterWrite?.();
      return known;
    } catch (error) {
      if (!(error instanceof CopyFailedError)) {
        throw error;
      }
      const found = await findKnown(store.sql, addresses);
      if (found.length <= known.length) {
        return all();
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
      await Promise.all([sql`set local synchronous_commit to off`, rememberUnits(store.sql, sql, units)]);
      await rememberElsewhere(sql, elsewhere);
      await copyRows(sql, rows, new Set(known.map(({ row }) => row)));
    }
    await before(sql, known);
  });
}

/** Waits until all that was committed before is on disk, as the next commit that waits is behind it in the log. */
export async function flushWrites(sql: Sql): Promise<void> {
  await sql`select pg_logical_emit_message(true, 'vsis', '')`;
}

/** Which of the rows are taken by a resource, or were. */
async function findKnown(sql: Sql, { home, type, id }: AddressColumns): Promise<KnownRow[]> {
  const found = await sql<{ row: number; isCurrent: boolean }[]>`
    with given as materialized (
      select (a.n - 1)::int as row, a.bucket, a.type, a.id
      from unnest(${home}::text::smallint[], ${type}::text::text[], ${id}::text::text[])
        with ordinality as a(bucket, type, id, n)
    ),
    located as materialized (
      select g.row, l.bucket, g.type, g.id
      from given g
        join record.locator l on l.home = g.bucket and l.type = g.type and l.id = g.id
    ),
    places as materialized (
      select row, bucket, type, id from given union all select row, bucket, type, id from located
    ),
    current as materialized (
      select p.row
      from places p
        join record.resource r on r.bucket = p.bucket and r.type = p.type and r.id = p.id
    ),
    past as materialized (
      select distinct p.row
      from places p
        join record.history h on h.bucket = p.bucket and h.type = p.type and h.id = p.id
    )
    select row, true as "isCurrent" from current union all select row, false as "isCurrent" from past`;
  const isCurrent = new Set(found.filter((each) => each.isCurrent).map(({ row }) => row));
  const known = [...new Set(found.map(({ row }) => row))].sort((a, b) => a - b);
  return known.map((row) => ({ row, isCurrent: isCurrent.has(row) }));
}
