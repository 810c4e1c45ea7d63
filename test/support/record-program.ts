import pino from 'pino';
import { openDatabase } from '#platform/database';
import { createServer } from '#platform/http';
import { registerFhir } from '#platform/rest';

/** A program that serves the FHIR API over the database whose address it is given, until it is killed. */
const database = openDatabase(process.argv[2] ?? '', { max: 8 });
const app = createServer({ logger: pino({ level: 'silent' }) });
await registerFhir(app, {
  store: { sql: database.sql, now: () => new Date() },
  actorOf: async ({ id }) => ({ name: 'tester', requestId: id }),
  version: '0.0.0-test',
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
