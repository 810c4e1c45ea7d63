import pino from 'pino';
import { openDatabase } from '#platform/database';
import { createEvents } from '#platform/events';
import { createServer } from '#platform/http';
import { registerFhir } from '#platform/rest';
import type { Store } from '#platform/store';

/**
 * A program that serves the FHIR API over the database whose address it is given, until it is killed. Where it is told
 * to `hear`, a subscriber of events writes each change it is given into the table `heard`.
 */
const [, , url = '', mode = ''] = process.argv;
const database = openDatabase(url, { max: 8 });
const log = pino({ level: 'silent' });
const events = createEvents({ sql: database.sql, databaseUrl: url, log });
const store: Store = { sql: database.sql, now: () => new Date(), afterWrite: events.wake };
if (mode === 'hear') {
  await events.subscribe({
    name: 'heard',
    from: 'beginning',
    handle: async (changes, sql) => {
      const rows = changes.map(({ seq, type, id, version }) => ({ seq, type, id, version }));
      await sql`insert into heard ${sql(rows)}`;
    },
  });
}
const app = createServer({ logger: log });
await registerFhir(app, {
  store,
  actorOf: async ({ id }) => ({ name: 'tester', requestId: id }),
  version: '0.0.0-test',
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
