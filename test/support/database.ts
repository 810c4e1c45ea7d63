import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { applicationRole, openDatabase, type Sql } from '#platform/database';
import { dropOnEach, onEach, type ServerUrls } from './citus-servers.ts';
import { applicationPassword, databasePlaceholder } from './database-server.ts';

/** Whether databases are spread over several servers in this run; tests of what one server does are left out then. */
export const onSeveralServers = serversOfRun() > 1;

/** A program that a test starts is no part of the run: it uses the database it is given. */
function serversOfRun(): number {
  try {
    return inject('databaseServerUrls').length;
  } catch {
    return 1;
  }
}

export type TestDatabase = {
  /** As the application works: only what migrations grant. */
  readonly sql: Sql;
  /** As the migrator works. */
  readonly ownerSql: Sql;
  /** Address for the application role. */
  readonly url: string;
  readonly ownerUrl: string;
  /** The tables are spread over several servers, see `citus-servers.ts`. */
  readonly distributed: boolean;
  readonly drop: () => Promise<void>;
};

function asApplication(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = applicationRole;
  url.password = applicationPassword;
  return url.href;
}

/** The servers, by the name of the database on them. */
function serversOf(): ServerUrls {
  return inject('databaseServerUrls').map((url) => (database: string) => url.replace(databasePlaceholder, database));
}

/** A fresh, migrated database for one test file, on each server there is. Call `drop` when done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const servers = serversOf();
  const maintenance = inject('maintenanceDatabase');
  await onEach(servers, maintenance, `create database ${name} template ${inject('templateDatabase')}`);
  const [first = () => ''] = servers;
  const ownerUrl = first(name);
  const url = asApplication(ownerUrl);
  const distributed = onSeveralServers;
  const owner = openDatabase(ownerUrl, { max: 2, distributed });
  const application = openDatabase(url, { max: 4, distributed });
  return {
    sql: application.sql,
    ownerSql: owner.sql,
    url,
    ownerUrl,
    distributed,
    drop: async () => {
      await Promise.all([application.close(), owner.close()]);
      await dropOnEach(servers, maintenance, name);
    },
  };
}
