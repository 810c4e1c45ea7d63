import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { createClient } from '../support/fhir-server.ts';
import { startWholeProgram } from '../support/whole-program.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Asks and then reads next to nothing: a byte a second at most. */
function askSlowly(address: string, path: string): Socket {
  const { port } = new URL(address);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const reading = setInterval(() => socket.read(1), 1_000);
  socket.once('close', () => clearInterval(reading));
  return socket;
}

it(
  'clients that read slowly hold no connection to the database, and others are answered as ever',
  async () => {
    const vsis = await startWholeProgram({ flags: ['--database-connections', '4', '--requests-at-most', '64'] });
    cleanUps.push(vsis.end);
    const client = createClient(`${vsis.address}/fhir`);
    const entry = Array.from({ length: 100 }, (_, at) => ({
      resource: {
        resourceType: 'Basic',
        code: { text: `slow ${at}` },
        extension: [{ url: 'http://example.org/note', valueString: 'x'.repeat(50_000) }],
      },
      request: { method: 'POST', url: 'Basic' },
    }));
    expect((await client.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    const owner = await vsis.openAsOwner();
    cleanUps.push(owner.close);
    const rounds = sized(1, 3);
    const clients = sized(12, 40);
    for (let round = 0; round < rounds; round += 1) {
      const slow = Array.from({ length: clients }, () => askSlowly(vsis.address, '/fhir/Basic?_count=100'));
      cleanUps.push(async () => slow.forEach((socket) => socket.destroy()));
      const busy = async (): Promise<number> => {
        const [row] = await owner.sql<{ count: number }[]>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and usename = 'vsis_app' and state <> 'idle'`;
        return row?.count ?? 0;
      };
      await delay(1_500);
      await expect.poll(busy, { timeout: 60_000 }).toBe(0);
      expect(slow.every(({ destroyed }) => !destroyed)).toBe(true);
      const { id } = await client.create({ resourceType: 'Patient' });
      expect((await client.get(`Patient/${id}`)).status).toBe(200);
      for (const socket of slow) socket.destroy();
    }
    tellFault('slow-readers', { rounds, clients, megabytesEach: 5, databaseConnectionsHeld: 0 });
  },
  withinMs(120_000),
);
