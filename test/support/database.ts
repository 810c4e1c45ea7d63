import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { applicationRole, openDatabase, type Sql } from '#platform/database';
import { applicationPassword, databasePlaceholder, templateDatabase } from './database-server.ts';

export type TestDatabase = {
  /** As the application works: only what migrations grant. */
  readonly sql: Sql;
  /** As the migrator works. */
  readonly ownerSql: Sql;
  /** Address for the application role. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly drop: () => Promise<void>;
};

function asApplication(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = applicationRole;
  url.password = applicationPassword;
  return url.href;
}

async function onServer(statement: string): Promise<void> {
  const server = openDatabase(inject('databaseServerUrl').replace(databasePlaceholder, 'postgres'), { max: 1 });
  try {
    await server.sql.unsafe(statement);
  } finally {
    await server.close();
  }
}

/** A fresh, migrated database for one test file. Call `drop` when done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template ${templateDatabase}`);
  const ownerUrl = inject('databaseServerUrl').replace(databasePlaceholder, name);
  const url = asApplication(ownerUrl);
  const owner = openDatabase(ownerUrl, { max: 2 });
  const application = openDatabase(url, { max: 4 });
  return {
    sql: application.sql,
    ownerSql: owner.sql,
    url,
    ownerUrl,
    drop: async () => {
      await Promise.all([application.close(), owner.close()]);
      await onServer(`drop database ${name} with (force)`);
    },
  };
}
