import { applicationRole } from './application-role.ts';
import type { ReservedSql, Sql } from './connect.ts';
import { distribute, distributeCalls } from './distribute.ts';
import { databaseFailure } from './errors.ts';
import { type Migration, type MigrationPart, readMigrations } from './migration-files.ts';

export type MigrateOptions = {
  /** Told before each migration that is applied. */
  readonly onProgress?: (text: string) => void;
};

type AppliedRow = { part: string; number: number; file: string; sha256: string };

/** Any number, as long as every version of the program takes the same one. */
const advisoryLock = 0x76736973;

const ledger = `
  create schema if not exists vsis;
  create table if not exists vsis.migration (
    part text not null,
    number integer not null,
    file text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    duration_ms integer not null,
    constraint migration_pkey primary key (part, number)
  );
  comment on table vsis.migration is 'Which migrations this database has, and the hash of each file as it was applied.';
  do $$
  begin
    if exists (select from pg_roles where rolname = '${applicationRole}') then
      grant usage on schema vsis to ${applicationRole};
      grant select on vsis.migration to ${applicationRole};
    end if;
  end
  $$;
`;

const keyOf = ({ part, number }: { part: string; number: number }): string => `${part}/${number}`;

function refuseUnknown(applied: readonly AppliedRow[], known: ReadonlyMap<string, Migration>): void {
  for (const row of applied) {
    const migration = known.get(keyOf(row));
    if (!migration) {
      throw databaseFailure(
        'database.schema-newer',
        `The database has ${row.part}/${row.file}, which this VSİS does not know: a newer one wrote it. Start that version, or use another database.`,
      );
    }
    if (migration.sha256 !== row.sha256) {
      throw databaseFailure(
        'database.migration-changed',
        `${row.part}/${migration.file} differs from what was applied to this database. Restore the file; put changes into a new migration.`,
      );
    }
  }
}

async function record(connection: ReservedSql, migration: Migration, startedMs: number): Promise<void> {
  await connection`
    insert into vsis.migration (part, number, file, sha256, duration_ms)
    values (${migration.part}, ${migration.number}, ${migration.file}, ${migration.sha256},
      ${Math.round(performance.now() - startedMs)})`;
}

async function applyInTransaction(connection: ReservedSql, migration: Migration): Promise<void> {
  const startedMs = performance.now();
  await connection.unsafe('begin');
  try {
    await connection.unsafe(migration.text).simple();
    await record(connection, migration, startedMs);
    await connection.unsafe('commit');
  } catch (error) {
    await connection.unsafe('rollback').catch(() => undefined);
    throw error;
  }
}

async function apply(connection: ReservedSql, migration: Migration): Promise<void> {
  try {
    if (migration.inTransaction) {
      await applyInTransaction(connection, migration);
      return;
    }
    const startedMs = performance.now();
    await connection.unsafe(migration.text);
    await record(connection, migration, startedMs);
  } catch (error) {
    throw explainFailure(migration, error);
  }
}

function explainFailure(migration: Migration, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN;
  const line = Number.isNaN(position) ? '' : ` line ${migration.text.slice(0, position - 1).split('\n').length}`;
  return databaseFailure(
    'database.migration-failed',
    `${migration.part}/${migration.file}${line}: ${message}. The migration must be repaired; the database is as it was before it.`,
    error,
  );
}

async function applyMissing(connection: ReservedSql, parts: readonly MigrationPart[], options: MigrateOptions) {
  const migrations = (await Promise.all(parts.map(readMigrations))).flat();
  const known = new Map(migrations.map((migration) => [keyOf(migration), migration]));
  await connection.unsafe(ledger).simple();
  const applied = await connection<AppliedRow[]>`
    select part, number, file, sha256
    from vsis.migration
    order by part, number`;
  refuseUnknown(applied, known);
  const done = new Set(applied.map(keyOf));
  const missing = migrations.filter((migration) => !done.has(keyOf(migration)));
  for (const migration of missing) {
    options.onProgress?.(`Migrating ${migration.part}: ${migration.file}`);
    await apply(connection, migration);
  }
  return missing.map((migration) => `${migration.part}/${migration.file}`);
}

/**
 * Brings the database to the schema of this program: applies what is missing, part after part, each file in a
 * transaction of its own. Run as the owner. Of several programs that start at once one migrates and the others wait.
 * On a database with Citus the tables are then spread over its servers.
 * Refuses a database with migrations this program does not know, or one whose file has been edited since.
 * Returns what was applied, as `part/file`.
 */
export async function migrate(
  sql: Sql,
  parts: readonly MigrationPart[],
  options: MigrateOptions = {},
): Promise<string[]> {
  const connection = await sql.reserve();
  try {
    await connection`select pg_advisory_lock(${advisoryLock})`;
    try {
      const applied = await applyMissing(connection, parts, options);
      await distribute(connection, Object.assign({}, ...parts.map(({ tables }) => tables)), options.onProgress);
      await distributeCalls(connection, Object.assign({}, ...parts.map(({ functions }) => functions)));
      return applied;
    } finally {
      await connection`select pg_advisory_unlock(${advisoryLock})`;
    }
  } finally {
    connection.release();
  }
}
