import { openDatabase } from '#platform/database';
import { startSubscriptionServer } from './subscription-server.ts';

/**
 * A program that serves the FHIR API with its subscriptions over the database whose address it is given, until it is
 * killed.
 */
const [, , url = ''] = process.argv;
const { sql, close } = openDatabase(url, { max: 8 });
const unowned = { sql, ownerSql: sql, url, ownerUrl: url, distributed: false, drop: close };
console.log((await startSubscriptionServer({ database: unowned })).baseUrl);
