import { createConnection, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import type { FhirServer } from '../../../../test/support/fhir-server.ts';
import { content, readNotification, topicSubscription } from '../../../../test/support/notifications.ts';
import { startSubscriptionServer } from '../../../../test/support/subscription-server.ts';

// What is heard of waits for every transaction of the server, those of other tests too.
vi.setConfig({ testTimeout: 90_000 });

const clock = { aheadMs: 0 };
let server: FhirServer;
const opened: { close: () => void }[] = [];

beforeAll(async () => {
  server = await startSubscriptionServer({ clock, waitingAtMost: 200_000 });
});
afterEach(() => opened.splice(0).forEach((each) => each.close()));
afterAll(() => server.close());

type Client = {
  readonly messages: string[];
  readonly send: (text: string) => void;
  readonly close: () => void;
  readonly closed: Promise<{ code: number; reason: string }>;
};

async function connect(
  address = `${server.baseUrl.replace('http', 'ws').replace('/fhir', '')}/subscriptions/websocket`,
): Promise<Client> {
  const socket = new WebSocket(address);
  const messages: string[] = [];
  socket.addEventListener('message', ({ data }) => messages.push(String(data)));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const client = { messages, closed, send: (text: string) => socket.send(text), close: () => socket.close() };
  opened.push(client);
  return client;
}

const statusOf = async (id: string): Promise<unknown> => (await server.get(`Subscription/${id}`)).body['status'];
const observation = (code: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ code }] },
  ...more,
});

async function subscribe(resource: JsonObject): Promise<string> {
  const { id } = await server.create(resource);
  await expect.poll(() => statusOf(id)).toBe('active');
  return id;
}
const classic = (criteria: string): JsonObject => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'test',
  criteria,
  channel: { type: 'websocket' },
});
const byTopic = (code: string, channel: JsonObject = {}): JsonObject =>
  topicSubscription('https://vsis.az/fhir/SubscriptionTopic/Observation-created', { type: 'websocket', ...channel }, [
    `code=${code}`,
  ]);

type Token = {
  readonly token: string;
  readonly expiration: string;
  readonly subscriptions: string[];
  readonly url: string;
};

async function tokenFor(...ids: readonly string[]): Promise<Token> {
  const { body, status, text } = await server.post(
    `Subscription/$get-ws-binding-token?${ids.map((id) => `id=${id}`).join('&')}`,
    undefined,
  );
  expect(status, text).toBe(200);
  const all = Array.isArray(body['parameter']) ? body['parameter'].filter(isJsonObject) : [];
  const values = (name: string): string[] =>
    all
      .filter((each) => each['name'] === name)
      .map((each) => String(each['valueString'] ?? each['valueDateTime'] ?? each['valueUrl']));
  return {
    token: values('token')[0] ?? '',
    expiration: values('expiration')[0] ?? '',
    subscriptions: values('subscription'),
    url: values('websocket-url')[0] ?? '',
  };
}
const notifications = ({ messages }: Client) => messages.map((each) => readNotification(JSON.parse(each)));

describe('a websocket in the manner of R4', () => {
  it('is bound by the id of a subscription and told by a ping that something has happened', async () => {
    const id = await subscribe(classic('Observation?code=ping'));
    await server.create(observation('ping')); // before anybody listens
    await expect.poll(async () => (await server.get(`Subscription/${id}/$status`)).text).toContain('"1"');
    const client = await connect();
    client.send(`bind ${id}`);
    await expect.poll(() => client.messages).toEqual([`bound ${id}`]);
    await server.create(observation('other'));
    await server.create(observation('ping'));
    await expect.poll(() => client.messages).toEqual([`bound ${id}`, `ping ${id}`]);
    await server.create(observation('ping'));
    await expect.poll(() => client.messages).toHaveLength(3);
    await server.delete(`Subscription/${id}`);
    expect(await client.closed).toMatchObject({ code: 1000, reason: 'The subscription has ended.' });
  });

  it('says what it does not understand or serve', async () => {
    const hook = await server.create({
      ...classic('Observation?code=x'),
      channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/' },
    });
    const client = await connect();
    for (const message of ['hello', 'bind unknown', `bind ${hook.id}`, 'bind-with-token wrong']) client.send(message);
    await expect.poll(() => client.messages).toHaveLength(4);
    expect(client.messages.every((each) => each.startsWith('error '))).toBe(true);
    client.send('x'.repeat(2000));
    expect((await client.closed).code).toBe(1009);
  });

  it('hangs up on one that sends without waiting for answers, and does no more of what it sent', async () => {
    const client = await connect();
    for (let at = 0; at < 500; at += 1) client.send(`bind unknown-${at}`);
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.length).toBeLessThan(100);
  });

  it('is not open to pages of other sites, nor at other addresses', async () => {
    await expect(connect(`${server.baseUrl.replace('http', 'ws')}/metadata`)).rejects.toBeDefined();
    const { hostname, port } = new URL(server.baseUrl);
    const answer = await upgrade(hostname, Number(port), 'Origin: https://evil.example\r\n');
    expect(answer.head).toContain('403');
    answer.socket.destroy();
  });
});

describe('a websocket with a binding token', () => {
  it('gets a handshake, then each event in order', async () => {
    const [one, two] = [await subscribe(byTopic('w1')), await subscribe(byTopic('w2', content('id-only')))];
    const token = await tokenFor(one, two);
    expect(token.subscriptions).toEqual([one, two].map((id) => `${server.baseUrl}/Subscription/${id}`));
    const client = await connect(token.url);
    client.send(`bind-with-token ${token.token}`);
    await expect.poll(() => notifications(client).map(({ type }) => type)).toEqual(['handshake', 'handshake']);
    const made = [await server.create(observation('w1')), await server.create(observation('w1'))];
    await server.create(observation('w2'));
    await expect.poll(() => notifications(client).flatMap(({ events }) => events).length).toBe(3);
    const events = notifications(client).filter(({ entries }) => entries.length > 0);
    expect(events.flatMap(({ entries }) => entries.map(({ resource }) => resource))).toEqual(made);
    expect(events.flatMap((each) => each.events.map(({ number }) => number))).toEqual([1, 2]);
    const audited = await server.database.ownerSql`select from audit.entry where actor = ${`Subscription/${one}`}`;
    expect(audited.count).toBe(2);
  });

  it('gets heartbeats where they are asked for', async () => {
    const heartbeat = {
      url: 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period',
      valueUnsignedInt: 1,
    };
    const { token } = await tokenFor(await subscribe(byTopic('beat', { extension: [heartbeat] })));
    const client = await connect();
    client.send(`bind-with-token ${token}`);
    await expect
      .poll(() => notifications(client).map(({ type }) => type))
      .toEqual(['handshake', 'heartbeat', 'heartbeat']);
  });

  it('is refused a token for what is not served by websocket', async () => {
    const hook = await server.create({
      ...classic('Observation?code=x'),
      channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/' },
    });
    for (const query of [`id=${hook.id}`, 'id=unknown', '']) {
      expect((await server.post(`Subscription/$get-ws-binding-token?${query}`, undefined)).status).toBe(422);
    }
    expect((await server.get(`Subscription/${hook.id}/$get-ws-binding-token`)).status).toBe(405);
  });

  it('is cut when its client does not read, and can go on by $events', async () => {
    const id = await subscribe(byTopic('slow'));
    const { token, url } = await tokenFor(id);
    const { hostname, port } = new URL(url);
    const { socket } = await upgrade(hostname, Number(port), '');
    socket.write(textFrame(`bind-with-token ${token}`));
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.pause();
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const large = { note: [{ text: 'x'.repeat(900_000) }] };
    for (let at = 0; at < 12; at += 1) await server.create(observation('slow', large));
    await expect.poll(async () => (await server.get(`Subscription/${id}/$status`)).text).toContain('"12"');
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.resume();
    await ended; // the server did not wait for it
    const { body } = await server.get(`Subscription/${id}/$events?eventsSinceNumber=11`);
    expect(readNotification(body).events.map(({ number }) => number)).toEqual([11, 12]);
  });

  // last, since the clock of the server does not come back
  it('ends with its token, which is valid for a quarter of an hour', async () => {
    const id = await subscribe(byTopic('ends'));
    const { token, expiration } = await tokenFor(id);
    expect(Date.parse(expiration) - Date.now() - clock.aheadMs).toBeLessThanOrEqual(15 * 60_000);
    const client = await connect();
    client.send(`bind-with-token ${token}`);
    await expect.poll(() => client.messages).toHaveLength(1);
    clock.aheadMs += 15 * 60_000 + 1;
    expect(await client.closed).toMatchObject({ code: 1000, reason: 'The token has expired.' });
    const late = await connect();
    late.send(`bind-with-token ${token}`);
    await expect.poll(() => late.messages[0]).toContain('error');
  });
});

/** A connection by hand, which can leave unread what the server sends. */
async function upgrade(host: string, port: number, header: string): Promise<{ socket: Socket; head: string }> {
  const socket = createConnection({ host, port });
  socket.on('error', () => socket.destroy());
  const key = Buffer.alloc(16, 1).toString('base64');
  socket.write(
    `GET /subscriptions/websocket HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${header}\r\n`,
  );
  const head = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  return { socket, head };
}

/** RFC 6455, 5.2: one unfragmented text from a client, masked with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
