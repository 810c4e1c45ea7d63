import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { createClient, startFhirServer } from '../support/fhir-server.ts';
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

/** A hundred resources of 50 KB, so that all of them in one answer are 5 MB. */
async function storeNotes(client: ReturnType<typeof createClient>): Promise<void> {
  const entry = Array.from({ length: 100 }, (_, at) => ({
    resource: {
      resourceType: 'Basic',
      code: { text: `slow ${at}` },
      extension: [{ url: 'http://example.org/note', valueString: 'x'.repeat(50_000) }],
    },
    request: { method: 'POST', url: 'Basic' },
  }));
  expect((await client.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
}

it(
  'clients that read slowly hold no connection to the database, and others are answered as ever',
  async () => {
    const vsis = await startWholeProgram({
      flags: ['--database-connections', '4', '--requests-at-most', '64', '--unsent-megabytes', '1024'],
    });
    cleanUps.push(vsis.end);
    const client = createClient(`${vsis.address}/fhir`);
    await storeNotes(client);
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

/** Reads what is left for a client until it is whole, is cut off, or is a refusal. */
async function fateOf(socket: Socket): Promise<'whole' | 'cut off' | 'refused'> {
  const { promise, resolve } = Promise.withResolvers<'whole' | 'cut off' | 'refused'>();
  let bytes = 0;
  socket.on('data', (part: Buffer) => {
    if (bytes === 0 && part.toString('latin1').includes(' 503 ')) resolve('refused');
    bytes += part.length;
    if (bytes > 5_000_000) resolve('whole');
  });
  socket.once('close', () => resolve('cut off'));
  if (socket.destroyed) resolve('cut off');
  socket.resume();
  return promise;
}

it(
  'what clients do not take is bounded in bytes: those that have waited longest are cut off, and new ones told to wait',
  async () => {
    const vsis = await startWholeProgram({ flags: ['--unsent-megabytes', '26'] });
    cleanUps.push(vsis.end);
    const client = createClient(`${vsis.address}/fhir`);
    await storeNotes(client);
    const ask = async (count: number): Promise<Socket[]> => {
      const sockets = Array.from({ length: count }, () => {
        const socket = connect(Number(new URL(vsis.address).port), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.pause();
        socket.write('GET /fhir/Basic?_count=100 HTTP/1.1\r\nHost: localhost\r\n\r\n');
        return socket;
      });
      cleanUps.push(async () => sockets.forEach((socket) => socket.destroy()));
      return sockets;
    };
    const first = await ask(5);
    await delay(8_000); // past the time in which an answer is safe
    const second = await ask(sized(9, 40));
    await delay(5_000);
    expect((await client.get('Basic?_count=1')).status).toBe(200);
    const fates = { whole: 0, 'cut off': 0, refused: 0 };
    for (const fate of await Promise.all(second.map(fateOf))) fates[fate] += 1;
    expect(fates).toEqual({ whole: 5, 'cut off': 0, refused: second.length - 5 });
    expect(await Promise.all(first.map(fateOf))).toEqual(first.map(() => 'cut off'));
    expect((await client.get('Basic?_count=100')).status).toBe(200);
    tellFault('answers-that-are-not-taken', { clients: first.length + second.length, megabytesEach: 5, bound: 26 });
  },
  withinMs(120_000),
);

it(
  'requests that arrive too slowly are refused with 408, hold nothing meanwhile, and nothing of them is stored',
  async () => {
    const server = await startFhirServer({ arrivalMs: 2_000 });
    cleanUps.push(server.close);
    const body = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Yavaş' }] });
    const head = `POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\n`;
    const whole = `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const clients = sized(16, 200);
    const upload = async (at: number): Promise<string> => {
      const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
      cleanUps.push(async () => void socket.destroy());
      let answer = '';
      socket.on('error', () => undefined);
      socket.on('data', (part: Buffer) => (answer += part.toString()));
      let sent = at % 2 === 0 ? whole.length - body.length : 20; // half of them do not get past their headers
      socket.write(whole.slice(0, sent));
      const trickle = setInterval(() => socket.write(whole[sent++] ?? ''), 200);
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(trickle);
      return answer;
    };
    const startedMs = performance.now();
    const uploading = Promise.all(Array.from({ length: clients }, (_, at) => upload(at)));
    expect((await server.get('Patient?_summary=count')).status).toBe(200);
    const answers = await uploading;
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(answer).toContain('The request did not arrive in time.');
    }
    expect((await server.get('Patient?_summary=count')).body['total']).toBe(0);
    tellFault('slow-uploads', { clients, refused: answers.length, stored: 0 });
  },
  withinMs(60_000),
);
