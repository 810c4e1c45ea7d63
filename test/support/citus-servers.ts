import { ensureApplicationRole, migrate, openDatabase } from '#platform/database';
import { migrationParts } from '../../src/migration-parts.ts';

/** The same database on the coordinator, which comes first, and on each of its workers. */
export type ServerUrls = readonly ((database: string) => string)[];

/**
 * The servers of the Citus that `VSIS_TEST_CITUS_URL` names: a superuser's address of a database on the coordinator
 * which knows its workers. The same account must be let in on each.
 */
export async function findCitusServers(coordinatorUrl: string): Promise<ServerUrls> {
  const coordinator = openDatabase(coordinatorUrl, { max: 1 });
  try {
    const nodes = await coordinator.sql<{ nodename: string; nodeport: number }[]>`
      select nodename, nodeport from pg_dist_node where isactive and noderole = 'primary' order by groupid`;
    return nodes.map(({ nodename, nodeport }) => (database: string) => {
      const url = new URL(coordinatorUrl);
      url.hostname = nodename;
      url.port = String(nodeport);
      url.pathname = `/${database}`;
      return url.href;
    });
  } finally {
    await coordinator.close();
  }
}

/** Runs a statement as the owner in a database of each server. */
export async function onEach(servers: ServerUrls, database: string, ...statements: string[]): Promise<void> {
  for (const server of servers) {
    const { sql, close } = openDatabase(server(database), { max: 1 });
    try {
      for (const statement of statements) {
        await sql.unsafe(statement);
      }
    } finally {
      await close();
    }
  }
}

/** Drops a database on each server; what the servers have open in each other's must not come back meanwhile. */
export async function dropOnEach(servers: ServerUrls, maintenance: string, name: string): Promise<void> {
  if (servers.length > 1) {
    await onEach(servers, maintenance, `alter database ${name} allow_connections false`);
  }
  await onEach(servers, maintenance, `drop database ${name} with (force)`);
}

/**
 * A migrated database with its tables spread over the servers. It is copied server by server, with its shards and what
 * it knows of the other servers, under one name.
 */
export async function prepareSpreadTemplate(
  servers: ServerUrls,
  {
    maintenance,
    template,
    password,
  }: { readonly maintenance: string; readonly template: string; readonly password: string },
): Promise<void> {
  await onEach(servers, maintenance, `create database ${template}`);
  await onEach(servers, template, 'create extension citus');
  const [coordinator = () => ''] = servers;
  const { sql, close } = openDatabase(coordinator(template), { max: 1 });
  try {
    const [own, ...workers] = servers.map((server) => new URL(server(template)));
    await sql`select citus_set_coordinator_host(${own?.hostname ?? ''}, ${Number(own?.port)}::int)`;
    for (const { hostname, port } of workers) {
      await sql`select citus_add_node(${hostname}, ${Number(port)}::int)`;
    }
    await ensureApplicationRole(sql, password);
    await migrate(sql, migrationParts);
  } finally {
    await close();
  }
  // what is connected keeps it from being copied, the extension's own watcher too
  const alone = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${template}'`;
  await onEach(servers, maintenance, `alter database ${template} allow_connections false`, alone);
}
