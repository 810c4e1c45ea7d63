import { createInterface } from 'node:readline';
import { openDatabase, startEmbeddedPostgres } from '#platform/database';

/**
 * A program that dies as a test wants it to: starts the embedded server on the folder given, and writes numbers,
 * printing each one after its commit was acknowledged. A line `stop` on its input ends it in order.
 */
const dataDir = process.argv[2] ?? '';
const server = await startEmbeddedPostgres({ dataDir, program: 'a test program', memoryBytes: 512 * 1024 ** 2 });
const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 4 });
await sql`create table if not exists written (number integer primary key)`;
const [row] = await sql<{ next: number }[]>`select coalesce(max(number), 0) + 1 as next from written`;
console.log(`server ${server.pid}`);

const input = createInterface({ input: process.stdin });
let running = true;
input.once('line', () => {
  running = false;
});
for (let number = row?.next ?? 1; running; number += 1) {
  await sql`insert into written values (${number})`;
  console.log(`acknowledged ${number}`);
}
await close();
await server.stop();
input.close();
