import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { openExport } from '#platform/telemetry';
import { type FhirServer, placesOf } from '../../../test/support/fhir-server.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { startSubscriptionServer } from '../../../test/support/subscription-server.ts';

// What is heard of waits for every transaction of the server, those of other tests too.
vi.setConfig({ testTimeout: 90_000 });

const clock = { aheadMs: 0 };
let server: FhirServer;
const receivers: Receiver[] = [];

beforeAll(async () => {
  server = await startSubscriptionServer({ clock });
});
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((each) => each.stop()));
});
afterAll(() => server.close());

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  receivers.push(started);
  return started;
}

const subscription = (criteria: string, channel: JsonObject): JsonObject => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'test',
  criteria,
  channel: { type: 'rest-hook', ...channel },
});
const observation = (code: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:test', code }] },
  ...more,
});
const statusOf = async (id: string): Promise<unknown> => (await server.get(`Subscription/${id}`)).body['status'];

/** Creates a subscription and waits until its endpoint has agreed. */
async function subscribe(criteria: string, channel: JsonObject): Promise<string> {
  const created = await server.create(subscription(criteria, channel));
  expect(created['status']).toBe('requested');
  await expect.poll(() => statusOf(created.id)).toBe('active');
  return created.id;
}

describe('a delivery that is traced', () => {
  it('begins a trace that the receiver can go on with, and sends none where tracing is off', async () => {
    const collector = await receiver();
    const hook = await receiver();
    await subscribe('Observation?code=urn:test|traced', { endpoint: hook.url, payload: 'application/fhir+json' });
    const events = () => hook.received.filter(({ method }) => method === 'PUT');
    const request = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    await server.post('Observation', observation('traced'), request);
    await expect.poll(() => events().length).toBe(1);
    expect(events()[0]?.headers['traceparent']).toBeUndefined();
    const close = await openExport({ url: collector.url, share: 1, version: '0', process: '0' });
    try {
      await server.post('Observation', observation('traced'), request);
      await server.post('Observation', observation('traced'), request);
      await expect.poll(() => events().length).toBe(3);
    } finally {
      await close();
    }
    const [, first = '', second = ''] = events().map(({ headers }) => String(headers['traceparent'] ?? ''));
    expect(first).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    expect(first.slice(3, 35)).not.toBe(second.slice(3, 35));
    expect([first, second].some((each) => each.includes('4bf92f35'))).toBe(false);
  });
});

describe('a rest-hook in the manner of R4', () => {
  it('sends each version that meets the criteria as an update at the endpoint, as it was stored, and with the headers', async () => {
    const hook = await receiver();
    await subscribe('Observation?code=urn:test|sent', {
      endpoint: hook.url,
      payload: 'application/fhir+json',
      header: ['Authorization: Bearer secret-of-the-subscriber', 'X-Own: a: b'],
    });
    expect(hook.received.map(({ method }) => method)).toEqual(['OPTIONS']);
    const created = await server.create(observation('sent', { valueQuantity: { value: 1.1 } }));
    await server.create(observation('other'));
    const stored = await server.get(`Observation/${created.id}`);
    await server.put(`Observation/${created.id}`, { ...created, status: 'amended' });
    await expect.poll(() => hook.accepted.length).toBe(3);
    const [, first, second] = hook.accepted;
    expect(first).toMatchObject({ method: 'PUT', path: `/hook/Observation/${created.id}`, text: stored.text });
    expect(first?.headers).toMatchObject({
      'content-type': 'application/fhir+json',
      authorization: 'Bearer secret-of-the-subscriber',
      'x-own': 'a: b',
    });
    expect(second?.body).toMatchObject({ status: 'amended', meta: { versionId: '2' } });
  });

  it('sends a POST without a body where there is no payload, and XML where that is asked for', async () => {
    const [plain, xml] = [await receiver(), await receiver()];
    await subscribe('Observation?code=none', { endpoint: plain.url });
    await subscribe('Observation?code=none', { endpoint: `${xml.url}?key=1`, payload: 'application/fhir+xml' });
    const { id } = await server.create(observation('none'));
    await expect.poll(() => [plain.accepted.length, xml.accepted.length]).toEqual([2, 2]);
    expect(plain.accepted[1]).toMatchObject({
      method: 'POST',
      path: '/hook',
      text: '',
      headers: { 'content-length': '0' },
    });
    expect(xml.accepted[1]).toMatchObject({ method: 'PUT', path: `/hook/Observation/${id}?key=1` });
    expect(xml.accepted[1]?.text).toContain('<Observation xmlns="http://hl7.org/fhir">');
  });

  it('is silent when a resource stops meeting the criteria or is deleted, and goes by exactly the version written', async () => {
    const hook = await receiver();
    await subscribe('Observation?status=final&code=brief', { endpoint: hook.url, payload: 'application/fhir+json' });
    const brief = { ...observation('brief'), id: 'brief' };
    // by the time the first version is looked at, the third has long taken its place
    await server.post('', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: ['final', 'amended', 'final', 'cancelled'].map((status) => ({
        resource: { ...brief, status },
        request: { method: 'PUT', url: 'Observation/brief' },
      })),
    });
    await server.delete('Observation/brief');
    await server.create(observation('brief', { note: [{ text: 'last' }] }));
    await expect.poll(() => hook.accepted.length).toBe(4);
    expect(
      hook.accepted.slice(1).map(({ body }) => [body['status'], (body['meta'] as JsonObject)['versionId']]),
    ).toEqual([
      ['final', '1'],
      ['final', '3'],
      ['final', '1'],
    ]);
  });

  it('sends what is written while its endpoint is still being asked', async () => {
    const hook = await receiver();
    for (let at = 0; at < 15; at += 1) {
      await server.create(subscription(`Observation?code=early-${at}`, { endpoint: hook.url }));
      await server.create(observation(`early-${at}`));
    }
    await expect.poll(() => hook.accepted.filter(({ method }) => method === 'POST').length).toBe(15);
  });

  it('hears of what is said of linked resources', async () => {
    const hook = await receiver();
    await subscribe('Observation?patient.family=eliyeva', { endpoint: hook.url });
    const patient = await server.create({ resourceType: 'Patient', name: [{ family: 'Əliyeva' }] });
    const other = await server.create({ resourceType: 'Patient', name: [{ family: 'Məmmədova' }] });
    await server.create(observation('x', { subject: { reference: `Patient/${other.id}` } }));
    await server.create(observation('x', { subject: { reference: `Patient/${patient.id}` } }));
    await expect.poll(() => hook.accepted.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hook.accepted).toHaveLength(2);
  });

  it('stops when the subscription is put off or deleted, and begins again when asked', async () => {
    const hook = await receiver();
    const id = await subscribe('Observation?code=stop', { endpoint: hook.url });
    const off = { ...subscription('Observation?code=stop', { endpoint: hook.url }), id, status: 'off' };
    expect((await server.put(`Subscription/${id}`, off)).status).toBe(200);
    await server.create(observation('stop'));
    await server.put(`Subscription/${id}`, { ...off, status: 'active' });
    await expect.poll(() => statusOf(id)).toBe('active');
    await server.create(observation('stop'));
    await expect.poll(() => hook.accepted.map(({ method }) => method)).toEqual(['OPTIONS', 'OPTIONS', 'POST']);
    await server.delete(`Subscription/${id}`);
    await server.create(observation('stop'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(hook.accepted).toHaveLength(3);
    expect((await server.database.sql`select from subscriptions.event where subscription = ${id}`).count).toBe(0);
  });

  it('is turned off at its end', async () => {
    const hook = await receiver();
    const end = new Date(Date.now() + 3_600_000).toISOString();
    const created = await server.create({ ...subscription('Observation?code=end', { endpoint: hook.url }), end });
    await server.create(observation('end'));
    await expect.poll(() => hook.accepted.length).toBe(2);
    clock.aheadMs = 3_600_000;
    await expect.poll(() => statusOf(created.id)).toBe('off');
    await server.create(observation('end'));
    clock.aheadMs = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hook.accepted).toHaveLength(2);
  });

  it.each([
    ['refuses to talk', 401, 'The endpoint answered with the status 401.'],
    ['leads elsewhere', { redirect: 'http://127.0.0.1:1/' }, 'The endpoint answered with the status 302.'],
    ['cuts the line', 'cut' as const, 'The endpoint closed the connection.'],
  ])('has the status error with the reason when its endpoint %s at the handshake', async (_what, behaviour, error) => {
    const hook = await receiver();
    hook.behave(behaviour);
    const { id } = await server.create(subscription('Observation?code=never', { endpoint: hook.url }));
    await expect.poll(() => statusOf(id)).toBe('error');
    expect((await server.get(`Subscription/${id}`)).body).toMatchObject({ error });
    const calls = hook.received.length;
    await server.create(observation('never'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hook.received).toHaveLength(calls); // who has never agreed is not called again until asked
    hook.behave(200);
    const again = (await server.get(`Subscription/${id}`)).body;
    expect((await server.put(`Subscription/${id}`, { ...again, status: 'requested' })).status).toBe(200);
    await expect.poll(() => hook.accepted.map(({ method }) => method)).toEqual(['OPTIONS', 'POST']);
  });
});

describe('a subscription that is not taken', () => {
  const endpoint = 'http://127.0.0.1:9/';
  it.each<[string, JsonObject, string]>([
    ['Observation?nonsense=1', { endpoint }, 'Subscription.criteria'],
    ['Observation?code:nonsense=1', { endpoint }, 'Subscription.criteria'],
    ['Observation?date=yesterday', { endpoint }, 'Subscription.criteria'],
    ['Observation?_sort=date', { endpoint }, 'Subscription.criteria'],
    ['Nothing?code=1', { endpoint }, 'Subscription.criteria'],
    ['Observation?code=1', {}, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { type: 'email', endpoint: 'mailto:a@b.az' }, 'Subscription.channel.type'],
    ['Observation?code=1', { type: 'sms', endpoint: 'tel:1' }, 'Subscription.channel.type'],
    ['Observation?code=1', { type: 'message', endpoint }, 'Subscription.channel.type'],
    ['Observation?code=1', { type: 'websocket', endpoint }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint: 'http://example.org/' }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint: 'https://example.org/' }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint: 'https://169.254.169.254/' }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint: 'file:///etc/passwd' }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint: 'http://u:p@127.0.0.1/' }, 'Subscription.channel.endpoint'],
    ['Observation?code=1', { endpoint, payload: 'text/plain' }, 'Subscription.channel.payload'],
    [
      'Observation?code=1',
      { endpoint, payload: 'application/fhir+json; fhirVersion=3.0' },
      'Subscription.channel.payload',
    ],
    ['Observation?code=1', { endpoint, header: ['no colon'] }, 'Subscription.channel.header[0]'],
    ['Observation?code=1', { endpoint, header: ['A: b', 'Host: other'] }, 'Subscription.channel.header[1]'],
    ['Observation?code=1', { endpoint, header: ['A: b\r\nC: d'] }, 'Subscription.channel.header[0]'],
  ])('%s %j: names %s', async (criteria, channel, place) => {
    const answer = await server.post('Subscription', subscription(criteria, channel));
    expect(answer.status, answer.text).toBe(422);
    expect(placesOf(answer.body)).toEqual([place]);
  });

  it.each(['127.0.0.1', 'localhost', '127.1.2.3', '[::1]'])('notifies the server itself: %s', async (host) => {
    const { port } = new URL(server.baseUrl);
    const own = { endpoint: `http://${host}:${port}/fhir/Basic`, payload: 'application/fhir+json' };
    const answer = await server.post('Subscription', subscription('Observation?code=1', own));
    expect(answer.status, answer.text).toBe(422);
    expect(placesOf(answer.body)).toEqual(['Subscription.channel.endpoint']);
    expect(answer.text).toContain('this server itself');
  });

  it('is refused within a transaction with its place there, and with it everything else', async () => {
    const answer = await server.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { resource: { resourceType: 'Patient', language: 'az' }, request: { method: 'POST', url: 'Patient' } },
        {
          resource: subscription('Observation?nonsense=1', { endpoint }),
          request: { method: 'POST', url: 'Subscription' },
        },
      ],
    });
    expect(answer.status).toBe(422);
    expect(placesOf(answer.body)).toEqual(['Bundle.entry[1].resource.criteria']);
  });

  it('may not say of itself that it is in error', async () => {
    const answer = await server.post('Subscription', {
      ...subscription('Observation?code=1', { endpoint }),
      status: 'error',
    });
    expect(placesOf(answer.body)).toEqual(['Subscription.status']);
    const past = { ...subscription('Observation?code=1', { endpoint }), end: '2020-01-01T00:00:00Z' };
    expect(placesOf((await server.post('Subscription', past)).body)).toEqual(['Subscription.end']);
  });
});
