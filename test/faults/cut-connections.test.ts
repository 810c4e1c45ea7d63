import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkRecord } from '../support/check-record.ts';
import { isLarge, largeMs, sized, tellFault, withinMs } from '../support/fault-run.ts';
import { type FhirServer, startFhirServer } from '../support/fhir-server.ts';

let server: FhirServer;
const sizeOfNote = 20_000;

beforeAll(async () => {
  server = await startFhirServer();
  const entry = Array.from({ length: 200 }, (_, at) => ({
    resource: {
      resourceType: 'Basic',
      code: { text: `cut ${at}` },
      extension: [{ url: 'http://example.org/note', valueString: 'x'.repeat(sizeOfNote) }],
    },
    request: { method: 'POST', url: 'Basic' },
  }));
  await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
});

afterAll(async () => {
  await server.close();
});

/** Asks for something large and goes away at its first bytes. */
function goAwayMeanwhile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.baseUrl}/${path}`, (response) => {
      response.once('data', (part: Buffer) => {
        response.destroy();
        resolve(part.length);
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Sends the first half of a transaction and goes away. */
function goAwayWhileSending(tag: string): Promise<void> {
  const entry = Array.from({ length: 50 }, () => ({
    resource: { resourceType: 'Basic', code: { text: tag } },
    request: { method: 'POST', url: 'Basic' },
  }));
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const { port } = new URL(server.baseUrl);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      const head = `POST /fhir HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\n`;
      socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, body.length / 2)}`, () => {
        socket.destroy();
        resolve();
      });
    });
  });
}

/** Sessions of this database that hold a transaction open, or are at work. */
async function busySessions(): Promise<number> {
  const [row] = await server.database.ownerSql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
      and state <> 'idle'`;
  return row?.count ?? 0;
}

const openConnections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

it(
  'clients that go away in the middle of an answer or of a request leave nothing behind',
  async () => {
    const rounds = sized(5, 50);
    const before = await openConnections();
    for (let round = 0; round < rounds; round += 1) {
      const cut = await Promise.all([
        ...Array.from({ length: 4 }, () => goAwayMeanwhile('Basic?_count=200')),
        ...Array.from({ length: 4 }, () => goAwayMeanwhile('_history?_count=200')),
      ]);
      expect(Math.max(...cut)).toBeLessThan(200 * sizeOfNote);
      await goAwayWhileSending(`never ${round}`);
    }
    await expect.poll(busySessions, { timeout: 30_000 }).toBe(0);
    await expect.poll(openConnections, { timeout: 30_000 }).toBeLessThanOrEqual(before + 1);
    const whole = await server.get('Basic?_count=200');
    expect([whole.status, whole.body['total']]).toEqual([200, 200]);
    tellFault('clients-that-go-away', { answersCut: rounds * 8, requestsCut: rounds, halfStored: 0, leftOpen: 0 });
  },
  withinMs(120_000),
);

/** Ends every connection of the server to its database, in the middle of whatever they do. */
async function cutDatabaseConnections(): Promise<number> {
  const rows = await server.database.ownerSql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'vsis_app'`;
  return rows.length;
}

/** Two resources of one transaction, which looks something up and so holds its connection through several statements. */
const pairOf = (tag: string) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [1, 2].map((number) => ({
    resource: { resourceType: 'Basic', code: { text: `pair ${tag}` }, identifier: [{ value: `${tag}/${number}` }] },
    request: {
      method: 'POST',
      url: 'Basic',
      ifNoneExist: `identifier=${encodeURIComponent(`${tag}/${number}`)}`,
    },
  })),
});

it(
  'a database connection that is cut under writes and transactions gives each client an error or a true answer',
  async () => {
    const stop = { now: false };
    const told = new Map<string, string>();
    const pairs = new Set<string>();
    const counted = {
      connectionsCut: 0,
      acknowledged: 0,
      answered503: 0,
      unacknowledgedButStored: 0,
      slowestMs: 0,
      lost: 0,
    };
    const writer = async (name: string): Promise<void> => {
      for (let number = 0; !stop.now; number += 1) {
        const id = `${name}-${number % 3}`;
        const resource = { resourceType: 'Patient', name: [{ family: `${name} ${number}` }] };
        const ways = [
          () => server.post('Patient', resource),
          () => server.put(`Patient/${id}`, { ...resource, id }),
          () => server.post('', pairOf(`${name} ${number}`)),
        ] as const;
        const askedMs = performance.now();
        const answer = await ways[number % 3]?.();
        counted.slowestMs = Math.max(counted.slowestMs, Math.round(performance.now() - askedMs));
        expect([200, 201, 503]).toContain(answer?.status);
        if (answer?.status === 503) {
          expect(answer.headers.get('Retry-After')).toBe('2');
          counted.answered503 += 1;
        } else if (answer?.body['resourceType'] === 'Bundle') {
          pairs.add(`${name} ${number}`);
        } else if (answer) {
          const version = answer.headers.get('ETag')?.slice(3, -1);
          told.set(`${String(answer.body['id'])}/${version}`, answer.text);
        }
      }
    };
    const writing = Promise.all(Array.from({ length: 32 }, (_, at) => writer(`cut${at}`)));
    const endMs = performance.now() + (isLarge ? largeMs / 4 : 3_000);
    while (performance.now() < endMs) {
      const before = told.size;
      await expect.poll(() => told.size, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before + 32);
      await delay(Math.random() * 100);
      counted.connectionsCut += await cutDatabaseConnections();
    }
    stop.now = true;
    await writing;
    const stored = await server.database.ownerSql<{ address: string; content: string }[]>`
      select concat_ws('/', id, version) as address, content from record.resource where type = 'Patient'
      union all
      select concat_ws('/', id, version), content from record.history where type = 'Patient'`;
    const contents = new Map(stored.map(({ address, content }) => [address, content]));
    expect([...told].filter(([address, content]) => contents.get(address) !== content)).toEqual([]);
    const numbers = await server.database.ownerSql<{ tag: string; count: number }[]>`
      select content::jsonb #>> '{code,text}' as tag, count(*)::int as count from record.resource
      where type = 'Basic' and content::jsonb #>> '{code,text}' like 'pair %' group by 1`;
    const pairsStored = new Map(numbers.map(({ tag, count }) => [tag, count]));
    expect([...pairsStored].filter(([, count]) => count !== 2)).toEqual([]); // no transaction by halves
    expect([...pairs].filter((tag) => !pairsStored.has(`pair ${tag}`))).toEqual([]);
    expect(pairs.size).toBeGreaterThan(0);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
    expect(counted.slowestMs).toBeLessThan(9_000); // a connection that cannot be made again times out after ten seconds
    expect(counted.answered503).toBeGreaterThan(0); // else nothing was cut in the middle
    counted.acknowledged = told.size + pairs.size;
    counted.unacknowledgedButStored = stored.length - told.size;
    tellFault('database-connections-cut', counted);
  },
  withinMs(120_000),
);
