import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isJsonObject, type JsonObject, type Resource, validateResource } from '#platform/fhir';
import { entriesOf, type FhirServer, placesOf } from '../../../test/support/fhir-server.ts';
import {
  backport,
  content,
  numbersAt,
  readNotification,
  statusIn,
  topicSubscription,
} from '../../../test/support/notifications.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { startSubscriptionServer } from '../../../test/support/subscription-server.ts';

// What is heard of waits for every transaction of the server, those of other tests too.
vi.setConfig({ testTimeout: 90_000 });

let server: FhirServer;
const receivers: Receiver[] = [];

beforeAll(async () => {
  server = await startSubscriptionServer();
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

const own = (name: string): string => `https://vsis.az/fhir/SubscriptionTopic/${name}`;
const statusOf = async (id: string): Promise<unknown> => (await server.get(`Subscription/${id}`)).body['status'];

async function subscribe(topic: string, channel: JsonObject, filters: readonly string[] = []): Promise<string> {
  const { id } = await server.create(topicSubscription(topic, channel, filters));
  await expect.poll(() => statusOf(id)).toBe('active');
  return id;
}
const observation = (code: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:test', code }] },
  ...more,
});
const encounter = (patient: string, more: JsonObject): JsonObject => ({
  resourceType: 'Encounter',
  status: 'planned',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
const person = async (): Promise<string> =>
  (await server.create({ resourceType: 'Patient', name: [{ family: 'Xəstə' }] })).id;
const notificationsAt = ({ accepted }: Receiver) => accepted.map(({ body }) => readNotification(body));
const errorsIn = (resource: unknown) =>
  validateResource(resource as Resource).filter(({ severity }) => severity === 'error'); // as: so it claims

describe('notifications of a topic', () => {
  it('begin with a handshake that must be accepted, and carry whole resources with what belongs to them', async () => {
    const hook = await receiver();
    const patient = await person();
    const id = await subscribe(own('encounter-start'), { endpoint: hook.url, header: ['X-Key: k'] });
    const created = await server.create(encounter(patient, { status: 'in-progress' }));
    await expect.poll(() => hook.accepted.length).toBe(2);
    const [handshake, notification] = notificationsAt(hook);
    expect(handshake).toMatchObject({
      type: 'handshake',
      status: 'requested',
      since: '0',
      events: [],
      topic: own('encounter-start'),
    });
    expect(handshake?.entries).toEqual([]);
    const focus = `${server.baseUrl}/Encounter/${created.id}`;
    const context = `${server.baseUrl}/Patient/${patient}`;
    expect(notification).toMatchObject({
      type: 'event-notification',
      status: 'active',
      since: '1',
      topic: own('encounter-start'),
      events: [{ number: 1, focus, context: [context] }],
      entries: [
        {
          fullUrl: focus,
          resource: created,
          request: { method: 'POST', url: 'Encounter' },
          response: { status: '201' },
        },
        {
          fullUrl: context,
          resource: { resourceType: 'Patient' },
          request: { method: 'GET', url: `Patient/${patient}` },
        },
      ],
    });
    const [, sent] = hook.accepted;
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: { 'x-key': 'k', 'content-type': 'application/fhir+json' },
    });
    expect(sent?.body).toMatchObject({
      resourceType: 'Bundle',
      type: 'history',
      meta: { profile: [backport('subscription-notification-r4')] },
    });
    const [first] = entriesOf(sent?.body ?? {});
    expect(first).toMatchObject({
      request: { method: 'GET', url: `${server.baseUrl}/Subscription/${id}/$status` },
      response: { status: '200' },
      resource: { resourceType: 'Parameters', meta: { profile: [backport('subscription-status-r4')] } },
    });
    expect(errorsIn(sent?.body)).toEqual([]);
    const audited = await server.database.ownerSql<{ type: string; patient: string }[]>`
      select type, patient from audit.entry where actor = ${`Subscription/${id}`} order by seq`;
    expect(audited.map((each) => ({ ...each }))).toEqual([
      { type: 'Encounter', patient },
      { type: 'Patient', patient },
    ]);
  });

  it.each([
    ['empty', { topic: undefined, events: [{ number: 1, focus: undefined, context: [] }] }],
    ['id-only', { topic: own('encounter-start'), events: [{ number: 1 }] }],
  ])('with content %s hold no resource, and leave nothing in the audit trail', async (kind, expected) => {
    const hook = await receiver();
    const id = await subscribe(own('encounter-start'), { endpoint: hook.url, ...content(kind) });
    const patient = await person();
    const created = await server.create(encounter(patient, { status: 'in-progress' }));
    await expect.poll(() => hook.accepted.length).toBe(2);
    const [, notification] = notificationsAt(hook);
    expect(notification).toMatchObject(expected);
    expect(notification?.events[0]?.context).toEqual(kind === 'empty' ? [] : [`${server.baseUrl}/Patient/${patient}`]);
    expect(notification?.entries).toEqual([]);
    expect(notification?.events[0]?.focus).toBe(
      kind === 'empty' ? undefined : `${server.baseUrl}/Encounter/${created.id}`,
    );
    expect(hook.accepted[1]?.text.includes(created.id)).toBe(kind === 'id-only');
    expect(errorsIn(hook.accepted[1]?.body)).toEqual([]);
    expect((await server.database.ownerSql`select from audit.entry where actor = ${`Subscription/${id}`}`).count).toBe(
      0,
    );
  });

  it('are sent as XML where that is asked for', async () => {
    const hook = await receiver();
    await subscribe(own('Patient-created'), { endpoint: hook.url, payload: 'application/fhir+xml' });
    await person();
    await expect.poll(() => hook.accepted.length).toBe(2);
    expect(hook.accepted[1]?.headers['content-type']).toBe('application/fhir+xml');
    expect(hook.accepted[1]?.text).toContain('<family value="Xəstə"/>');
  });

  it('hold no more events than the subscriber wants, in order', async () => {
    const hook = await receiver();
    const id = await subscribe(own('Observation-created'), {
      endpoint: hook.url,
      extension: [{ url: backport('max-count'), valuePositiveInt: 2 }],
    });
    hook.behave(500);
    await server.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: Array.from({ length: 5 }, () => ({
        resource: observation('many'),
        request: { method: 'POST', url: 'Observation' },
      })),
    });
    await expect.poll(async () => statusIn(await status(id)).since).toBe('5');
    hook.behave(200);
    await expect.poll(() => numbersAt(hook)).toEqual([1, 2, 3, 4, 5]);
    expect(notificationsAt(hook).map(({ events }) => events.length)).toEqual([0, 2, 2, 1]);
    expect(notificationsAt(hook).map(({ since }) => since)).toEqual(['0', '5', '5', '5']);
  });

  it('are heartbeats where they are asked for and nothing else happens, and none otherwise', async () => {
    const [beating, still] = [await receiver(), await receiver()];
    await subscribe(own('Observation-created'), {
      endpoint: beating.url,
      extension: [{ url: backport('heartbeat-period'), valueUnsignedInt: 1 }],
    });
    await subscribe(own('Observation-created'), { endpoint: still.url });
    await expect
      .poll(() => notificationsAt(beating).map(({ type }) => type))
      .toEqual(['handshake', 'heartbeat', 'heartbeat']);
    expect(notificationsAt(beating).map(({ since, events }) => [since, events.length])).toEqual([
      ['0', 0],
      ['0', 0],
      ['0', 0],
    ]);
    expect(still.accepted).toHaveLength(1);
  });

  it('say by the status of the answer that a resource is gone', async () => {
    const hook = await receiver();
    await subscribe(own('Observation-deleted'), { endpoint: hook.url });
    const { id } = await server.create(observation('gone'));
    await server.delete(`Observation/${id}`);
    await expect.poll(() => hook.accepted.length).toBe(2);
    const [, notification] = notificationsAt(hook);
    expect(notification?.entries).toMatchObject([
      { request: { method: 'DELETE', url: `Observation/${id}` }, response: { status: '204' } },
    ]);
    expect(notification?.entries[0]).not.toHaveProperty('resource');
    expect(errorsIn(hook.accepted[1]?.body)).toEqual([]);
  });
});

describe('the topics of the program', () => {
  it('tell of the beginning and the end of an encounter, of admission and of discharge once each', async () => {
    const names = ['encounter-start', 'encounter-end', 'admission', 'discharge'];
    const hooks = await Promise.all(names.map(() => receiver()));
    for (const [at, hook] of hooks.entries()) {
      await subscribe(own(names[at] ?? ''), { endpoint: hook.url });
    }
    const patient = await person();
    const { id } = await server.create(encounter(patient, {}));
    const steps = ['arrived', 'in-progress', 'in-progress', 'onleave', 'in-progress', 'finished', 'finished'];
    for (const [at, step] of steps.entries()) {
      await server.put(`Encounter/${id}`, {
        ...encounter(patient, { status: step }),
        id,
        language: at % 2 === 0 ? 'az' : 'ru',
      });
    }
    const outpatient = { status: 'in-progress', class: { code: 'AMB' } };
    await server.create(encounter(patient, outpatient)); // no admission
    await server.create(encounter(patient, { ...outpatient, status: 'finished' }));
    await expect.poll(() => hooks.map((hook) => numbersAt(hook).length)).toEqual([3, 2, 2, 1]);
  });

  it('tell of laboratory results, filtered by all filters given', async () => {
    const hook = await receiver();
    const [one, other] = [await person(), await person()];
    const laboratory = {
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
      ],
    };
    const filters = [`Observation?patient=Patient/${one}`, 'Observation?code-value-quantity=urn:test|hba1c$gt7'];
    await subscribe(own('laboratory-result'), { endpoint: hook.url }, filters);
    const result = (patient: string, value: number, more: JsonObject = laboratory): JsonObject =>
      observation('hba1c', {
        ...more,
        subject: { reference: `Patient/${patient}` },
        valueQuantity: { value, unit: '%' },
      });
    await server.create(result(one, 6.5));
    await server.create(result(other, 9));
    await server.create(result(one, 9, {}));
    await server.create({ ...result(one, 9), status: 'preliminary' });
    const heard = await server.create(result(one, 8.1));
    const last = await server.create(result(one, 10));
    await expect.poll(() => numbersAt(hook)).toEqual([1, 2]);
    const focuses = notificationsAt(hook).flatMap(({ events }) => events.map(({ focus }) => focus));
    expect(focuses).toEqual([heard, last].map(({ id }) => `${server.baseUrl}/Observation/${id}`));
  });

  it('tell of resources that are created, updated and deleted', async () => {
    const hooks = await Promise.all([receiver(), receiver(), receiver()]);
    for (const [at, event] of ['created', 'updated', 'deleted'].entries()) {
      await subscribe(own(`Task-${event}`), { endpoint: hooks[at]?.url ?? '' }, ['code=mine']);
    }
    const task = { resourceType: 'Task', status: 'requested', intent: 'order', code: { coding: [{ code: 'mine' }] } };
    const { id } = await server.create(task);
    await server.create({ ...task, code: { coding: [{ code: 'other' }] } });
    await server.put(`Task/${id}`, { ...task, id, status: 'accepted' });
    await server.delete(`Task/${id}`);
    await server.put(`Task/${id}`, { ...task, id }); // made anew
    await expect.poll(() => hooks.map((hook) => numbersAt(hook).length)).toEqual([2, 1, 1]);
  });
});

describe('a topic that is added while the program runs', () => {
  const extension = (name: string): string =>
    `http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.${name}`;
  const basic = (url: string, trigger: JsonObject[]): JsonObject => ({
    resourceType: 'Basic',
    code: { coding: [{ system: 'http://hl7.org/fhir/fhir-types', code: 'SubscriptionTopic' }] },
    modifierExtension: [{ url: extension('status'), valueCode: 'active' }],
    extension: [
      { url: extension('url'), valueUri: url },
      { url: extension('resourceTrigger'), extension: trigger },
    ],
  });

  it('is a Basic, listed in the CapabilityStatement, served, and gone with it', async () => {
    const url = 'urn:topic:weighed';
    const unknown = await server.post('Subscription', topicSubscription(url, { endpoint: 'http://127.0.0.1:9/' }));
    expect(placesOf(unknown.body)).toEqual(['Subscription.criteria']);
    const topic = await server.create(
      basic(url, [
        { url: 'resource', valueUri: 'http://hl7.org/fhir/StructureDefinition/Observation' },
        { url: 'supportedInteraction', valueCode: 'create' },
        { url: 'queryCriteria', extension: [{ url: 'current', valueString: 'code=urn:test|weight' }] },
      ]),
    );
    expect(await topicsListed()).toContain(url);
    const hook = await receiver();
    await subscribe(url, { endpoint: hook.url });
    await server.create(observation('weight'));
    await server.create(observation('height'));
    await server.create(observation('weight'));
    await expect.poll(() => numbersAt(hook)).toEqual([1, 2]);
    await server.delete(`Basic/${topic.id}`);
    expect(await topicsListed()).not.toContain(url);
    await server.create(observation('weight'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(numbersAt(hook)).toEqual([1, 2]);
  });

  it.each<[string, JsonObject]>([
    ['without a trigger', { ...basic('urn:x', []), extension: [{ url: extension('url'), valueUri: 'urn:x' }] }],
    [
      'with criteria that cannot be searched by',
      basic('urn:x', [
        { url: 'resource', valueUri: 'Patient' },
        { url: 'queryCriteria', extension: [{ url: 'current', valueString: 'nonsense=1' }] },
      ]),
    ],
    [
      'with a FHIRPath that is none',
      basic('urn:x', [
        { url: 'resource', valueUri: 'Patient' },
        { url: 'fhirPathCriteria', valueString: '%current.(' },
      ]),
    ],
    ['on a type that is none', basic('urn:x', [{ url: 'resource', valueUri: 'Nothing' }])],
    ['with the url of a topic of the program', basic(own('admission'), [{ url: 'resource', valueUri: 'Patient' }])],
  ])('is refused %s', async (_what, resource) => {
    const answer = await server.post('Basic', resource);
    expect(answer.status, answer.text).toBe(422);
    expect(placesOf(answer.body)).toEqual(['Basic.extension']);
  });

  it('leaves other Basics alone', async () => {
    expect((await server.post('Basic', { resourceType: 'Basic', code: { text: 'note' } })).status).toBe(201);
  });
});

describe('a topic-based subscription that is not taken', () => {
  const endpoint = 'http://127.0.0.1:9/';
  const extended = (name: string, value: JsonObject): JsonObject => ({
    endpoint,
    extension: [{ url: backport(name), ...value }],
  });
  it.each<[string, JsonObject, readonly string[], string]>([
    ['urn:unknown', { endpoint }, [], 'Subscription.criteria'],
    [`${own('admission')}|9.9`, { endpoint }, [], 'Subscription.criteria'],
    [own('admission'), { endpoint }, ['Encounter?status=planned'], 'Subscription.criteria.extension[0]'],
    [own('admission'), { endpoint }, ['Encounter?patient=1', 'Patient?_id=1'], 'Subscription.criteria.extension[1]'],
    [own('admission'), { endpoint }, ['Encounter?'], 'Subscription.criteria.extension[0]'],
    [own('Patient-created'), { endpoint }, ['birthdate=yesterday'], 'Subscription.criteria.extension'],
    [own('admission'), { endpoint, _payload: undefined }, [], 'Subscription.channel.payload.extension'],
    [own('admission'), { endpoint, ...content('everything') }, [], 'Subscription.channel.payload.extension'],
    [own('admission'), { endpoint, payload: undefined }, [], 'Subscription.channel.payload'],
    [
      own('admission'),
      { endpoint, payload: 'application/fhir+json;fhirVersion=5.0' },
      [],
      'Subscription.channel.payload',
    ],
    [own('admission'), extended('timeout', { valueUnsignedInt: 3600 }), [], 'Subscription.channel.extension'],
    [own('admission'), extended('heartbeat-period', { valueUnsignedInt: 0 }), [], 'Subscription.channel.extension'],
    [own('admission'), extended('max-count', { valueString: 'x' }), [], 'Subscription.channel.extension'],
    [
      own('admission'),
      { endpoint, _type: { extension: [{ url: backport('channel-type'), valueCoding: { code: 'zulip' } }] } },
      [],
      'Subscription.channel.type.extension',
    ],
    ['Encounter?status=planned', { endpoint }, ['Encounter?patient=1'], 'Subscription.criteria.extension'],
  ])('%s %j %j: names %s', async (topic, channel, filters, place) => {
    const answer = await server.post('Subscription', topicSubscription(topic, channel, filters));
    expect(answer.status, answer.text).toBe(422);
    expect(placesOf(answer.body)).toEqual([place]);
  });
});

async function topicsListed(): Promise<unknown[]> {
  const { body } = await server.get('metadata');
  const [rest] = Array.isArray(body['rest']) ? body['rest'].filter(isJsonObject) : [];
  const types = Array.isArray(rest?.['resource']) ? rest['resource'].filter(isJsonObject) : [];
  const extensions = types.find(({ type }) => type === 'Subscription')?.['extension'];
  return Array.isArray(extensions) ? extensions.filter(isJsonObject).map(({ valueCanonical }) => valueCanonical) : [];
}

async function status(id: string): Promise<JsonObject> {
  const { body } = await server.get(`Subscription/${id}/$status`);
  const [entry] = entriesOf(body);
  return isJsonObject(entry?.['resource']) ? entry['resource'] : {};
}

describe('the operations on subscriptions', () => {
  it('$status tells of one, of some by id or status, and of all', async () => {
    const [hook, failing] = [await receiver(), await receiver()];
    const topic = own('Specimen-created');
    const one = await subscribe(topic, { endpoint: hook.url });
    failing.behave(500);
    const { id: other } = await server.create(topicSubscription(topic, { endpoint: failing.url }));
    await expect.poll(() => statusOf(other)).toBe('error');
    await server.create({ resourceType: 'Specimen', status: 'available' });
    await expect.poll(async () => statusIn(await status(other)).since).toBe('1'); // counted though not delivered
    await expect.poll(async () => statusIn(await status(one)).since).toBe('1');
    const answer = await server.get(`Subscription/${one}/$status?id=${other}&status=off`);
    expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 1 });
    expect(errorsIn(answer.body)).toEqual([]);
    expect(statusIn(await status(one))).toMatchObject({
      type: 'query-status',
      status: 'active',
      topic,
      error: undefined,
    });
    expect(statusIn(await status(other))).toMatchObject({
      status: 'error',
      error: { text: 'The endpoint answered with the status 500.' },
    });
    const told = async (query: string): Promise<unknown[]> => {
      const { body } = await server.get(`Subscription/$status?${query}`);
      return entriesOf(body).map(({ resource }) => JSON.stringify(resource).match(/Subscription\/([\w.-]+)/)?.[1]);
    };
    expect(new Set(await told(`id=${one}&id=${other}&id=unknown`))).toEqual(new Set([one, other]));
    expect(await told(`id=${one}&id=${other}&status=error&status=off`)).toEqual([other]);
    expect(await told('')).toEqual(expect.arrayContaining([one, other]));
    expect(await told('status=requested')).not.toContain(one);
    expect((await server.get('Subscription/unknown/$status')).status).toBe(404);
    const fresh = await server.create({ ...topicSubscription(topic, { endpoint: hook.url }), status: 'off' });
    expect(statusIn(await status(fresh.id))).toMatchObject({ status: 'off', since: '0' });
  });

  it('$events gives past events by number, with no more content than the subscription has', async () => {
    const hook = await receiver();
    const id = await subscribe(own('Observation-created'), { endpoint: hook.url, ...content('id-only') }, [
      'code=past',
    ]);
    const made: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      made.push((await server.create(observation('past'))).id);
    }
    await expect.poll(() => numbersAt(hook)).toEqual([1, 2, 3, 4]);
    const events = async (query: string) =>
      readNotification((await server.get(`Subscription/${id}/$events?${query}`)).body);
    expect(await events('eventsSinceNumber=2&eventsUntilNumber=3')).toMatchObject({
      type: 'query-event',
      since: '4',
      events: [2, 3].map((number) => ({ number, focus: `${server.baseUrl}/Observation/${made[number - 1]}` })),
    });
    expect((await events('')).events.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect((await events('eventsSinceNumber=9')).events).toEqual([]);
    expect((await events('content=full-resource')).entries).toEqual([]);
    expect((await events('content=empty')).events[0]?.focus).toBeUndefined();
    expect((await server.get(`Subscription/${id}/$events?eventsSinceNumber=x`)).status).toBe(400);
    const whole = await subscribe(own('Observation-created'), { endpoint: hook.url }, ['code=whole']);
    const { id: shown } = await server.create(observation('whole'));
    await expect.poll(async () => statusIn(await status(whole)).since).toBe('1');
    const { body } = await server.get(`Subscription/${whole}/$events`);
    expect(readNotification(body).entries).toMatchObject([{ resource: { id: shown } }]);
    expect(errorsIn(body)).toEqual([]);
    const read = await server.database.ownerSql`
      select from audit.entry where action = 'R' and id = ${shown} and actor = 'tester'`;
    expect(read.count).toBe(1);
  });

  it('$topics tells what there is to subscribe to', async () => {
    const { body } = await server.get('Subscription/$topics');
    const found = entriesOf(body).map(({ resource }) => resource);
    expect(errorsIn(body)).toEqual([]);
    expect(JSON.stringify(found)).toContain(`"valueUri":"${own('admission')}"`);
    expect(found.length).toBeGreaterThanOrEqual(80);
  });

  it('are listed in the CapabilityStatement with the profile, the topics and the guide', async () => {
    const { body } = await server.get('metadata');
    expect(errorsIn(body)).toEqual([]);
    expect(body['instantiates']).toEqual([
      'http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4',
    ]);
    const [rest] = Array.isArray(body['rest']) ? body['rest'].filter(isJsonObject) : [];
    const types = Array.isArray(rest?.['resource']) ? rest['resource'].filter(isJsonObject) : [];
    const found = types.find(({ type }) => type === 'Subscription');
    expect(found?.['supportedProfile']).toEqual([backport('subscription')]);
    const definitions = 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-';
    expect(found?.['operation']).toEqual(
      expect.arrayContaining(
        ['status', 'events', 'get-ws-binding-token'].map((name) => ({ name, definition: `${definitions}${name}` })),
      ),
    );
    expect(await topicsListed()).toEqual(
      expect.arrayContaining([own('admission'), own('Patient-created'), own('laboratory-result')]),
    );
  });

  it('subscriptions are found by the address they call and by their status', async () => {
    const hook = await receiver();
    const id = await subscribe(own('Observation-created'), { endpoint: hook.url });
    const { body } = await server.get(`Subscription?url=${hook.url}&status=active`);
    expect(entriesOf(body).map(({ resource }) => isJsonObject(resource) && resource['id'])).toEqual([id]);
  });
});
