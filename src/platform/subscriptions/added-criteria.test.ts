import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type Answer, type FhirServer, placesOf } from '../../../test/support/fhir-server.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { startSubscriptionServer } from '../../../test/support/subscription-server.ts';

vi.setConfig({ testTimeout: 90_000 });

let server: FhirServer;
let hook: Receiver;

beforeAll(async () => {
  server = await startSubscriptionServer({ addedRefreshMs: 50 });
  hook = await startReceiver();
});
afterAll(async () => {
  await hook.stop();
  await server.close();
});

const subscribe = (criteria: string): Promise<Answer> =>
  server.post('Subscription', {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'test',
    criteria,
    channel: { type: 'rest-hook', endpoint: hook.url, payload: 'application/fhir+json' },
  });

const add = async (code: string, more: JsonObject): Promise<void> => {
  const id = `sp-${code}`;
  const text = { name: 'Added', description: 'A test.', status: 'active', url: `urn:${id}` };
  const put = await server.put(`SearchParameter/${id}`, {
    resourceType: 'SearchParameter',
    id,
    code,
    ...text,
    ...more,
  });
  expect([put.status, put.text]).toEqual([201, put.text]);
};

/** Asks until it is taken; what it was refused with meanwhile. */
async function whenTaken(criteria: string): Promise<Set<number>> {
  const refusals = new Set<number>();
  let answer = await subscribe(criteria);
  for (; answer.status !== 201; answer = await subscribe(criteria)) {
    refusals.add(answer.status);
    expect(answer.text).toMatch(/Try again later|not known/);
    await delay(10);
  }
  await expect
    .poll(async () => (await server.get(`Subscription/${String(answer.body['id'])}`)).body['status'])
    .toBe('active');
  return refusals;
}

it('criteria by a parameter that was added are refused until it is ready, and then heard of', async () => {
  const unknown = await subscribe('Patient?contact-family=nar');
  expect([unknown.status, placesOf(unknown.body)]).toEqual([422, ['Subscription.criteria']]);
  await server.put('Patient/before', { resourceType: 'Patient', id: 'before', contact: [{ name: { family: 'Nar' } }] });
  await add('contact-family', { base: ['Patient'], type: 'string', expression: 'Patient.contact.name.family' });
  expect(await whenTaken('Patient?contact-family=nar')).toContain(503);
  const contact = (family: string): JsonObject => ({ resourceType: 'Patient', contact: [{ name: { family } }] });
  const met = await server.create(contact('Nar'));
  await server.create(contact('Alma'));
  const also = await server.create(contact('Narıncı'));
  const heard = (): unknown[] => hook.received.filter(({ method }) => method === 'PUT').map(({ body }) => body['id']);
  await expect.poll(() => heard().length).toBe(2);
  expect(heard()).toEqual([met.id, also.id]);
});
