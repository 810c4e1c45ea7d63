import pino from 'pino';
import { openBulk } from '#platform/bulk';
import { openDatabase } from '#platform/database';
import { createServer } from '#platform/http';
import { registerFhir } from '#platform/rest';

/** A program with bulk export and import over the database and folder it is given, until it is killed. */
const [, , url = '', folder = '', ...hosts] = process.argv;
const database = openDatabase(url, { max: 8 });
const store = { sql: database.sql, now: () => new Date() };
const log = pino({ level: 'silent' });
const app = createServer({ logger: log });
const actorOf = async ({ id }: { id: string }) => ({ name: 'tester', requestId: id });
const often = { leaseMs: 1_000, pollMs: 200, rowsPerStep: 200 };
const bulk = openBulk({ store, log, actorOf, folder, keepMs: 3_600_000, sources: { hosts }, ...often });
bulk.mount(app);
await registerFhir(app, { store, actorOf, version: '0.0.0-test', operations: bulk.operations });
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
