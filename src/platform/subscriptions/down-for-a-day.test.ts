import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { createTestDatabase } from '../../../test/support/database.ts';
import type { FhirServer } from '../../../test/support/fhir-server.ts';
import { backport, numbersAt, topicSubscription } from '../../../test/support/notifications.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { type SubscriptionServerOptions, startSubscriptionServer } from '../../../test/support/subscription-server.ts';
import { retryPauseMs } from './delivery/retry-pause.ts';

// What is heard of waits for every transaction of the server, those of other tests too.
vi.setConfig({ testTimeout: 90_000 });

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: SubscriptionServerOptions = {}): Promise<FhirServer> {
  const server = await startSubscriptionServer(options);
  closing.push(server.close);
  return server;
}
async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  closing.push(started.stop);
  return started;
}

const hourMs = 3600 * 1000;
const topic = 'https://vsis.az/fhir/SubscriptionTopic/Observation-created';
const observation = (code: string): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: code },
});

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

async function subscribed(server: FhirServer, endpoint: string, channel: JsonObject = {}): Promise<string> {
  const { id } = await server.create(topicSubscription(topic, { endpoint, ...channel }));
  await expect.poll(() => statusOf(server, id)).toBe('active');
  return id;
}
const statusOf = async (server: FhirServer, id: string): Promise<unknown> =>
  (await server.get(`Subscription/${id}`)).body['status'];

describe('an endpoint that is down for a day', () => {
  it('loses nothing: its subscription is in error, and goes on by itself in order and without a gap when it is back', async () => {
    const clock = { aheadMs: 0 };
    const server = await start({ clock, pauses: { firstMs: 1000, mostMs: 5 * 60_000 } });
    const hook = await receiver();
    const id = await subscribed(server, hook.url);
    await server.create(observation('before'));
    await expect.poll(() => numbersAt(hook)).toEqual([1]);
    await hook.stop();
    for (let hour = 0; hour < 24; hour += 1) {
      await server.create(observation(`hour ${hour}`));
      await server.create(observation(`hour ${hour} again`));
      clock.aheadMs += hourMs;
      const [row] = await server.database.sql<{ failures: number }[]>`select failures from subscriptions.subscription`;
      const failures = row?.failures ?? 0;
      const now = async () =>
        (await server.database.sql<{ failures: number }[]>`select failures from subscriptions.subscription`)[0]
          ?.failures;
      await expect.poll(now).toBeGreaterThan(failures);
    }
    expect(await statusOf(server, id)).toBe('error');
    expect((await server.get(`Subscription/${id}`)).body['error']).toBe('The endpoint refuses connections.');
    await hook.start();
    clock.aheadMs += hourMs;
    await expect.poll(() => numbersAt(hook), { timeout: 10_000 }).toEqual(upTo(49));
    await expect.poll(() => statusOf(server, id)).toBe('active');
    expect((await server.get(`Subscription/${id}`)).body).not.toHaveProperty('error');
  });

  it('delays nobody else, however many hang, and no call waits longer than its time-out', async () => {
    const server = await start();
    const [dead, sound] = [await receiver(), await receiver()];
    const timeout = { extension: [{ url: backport('timeout'), valueUnsignedInt: 1 }] };
    for (let at = 0; at < 20; at += 1) {
      await subscribed(server, dead.url, timeout);
    }
    dead.behave('hang');
    await subscribed(server, sound.url);
    const begun = performance.now();
    for (let at = 0; at < 10; at += 1) {
      await server.create(observation('x'));
    }
    await expect.poll(() => numbersAt(sound)).toEqual(upTo(10));
    expect(performance.now() - begun).toBeLessThan(3000);
    const failed = async () =>
      (await server.database.sql`select from subscriptions.subscription where failures > 0`).count;
    await expect.poll(failed).toBe(20);
    dead.behave(200);
    await expect.poll(() => numbersAt(dead).length, { timeout: 15_000 }).toBe(200);
  });

  it('gives up at last, says so, and serves it again when asked', async () => {
    const clock = { aheadMs: 0 };
    const server = await start({ clock });
    const hook = await receiver();
    const id = await subscribed(server, hook.url);
    hook.behave(503);
    await server.create(observation('lost'));
    await expect.poll(() => statusOf(server, id)).toBe('error');
    clock.aheadMs += 31 * 24 * hourMs;
    await expect.poll(() => statusOf(server, id)).toBe('off');
    hook.behave(200);
    const before = (await server.get(`Subscription/${id}`)).body;
    expect(before['error']).toContain('given up');
    await server.put(`Subscription/${id}`, { ...before, status: 'requested' });
    await expect.poll(() => statusOf(server, id)).toBe('active');
    await server.create(observation('found'));
    await expect.poll(() => numbersAt(hook)).toContain(2);
  });

  it('keeps the order and the numbers of each subscription under many writers and an endpoint that fails at random', async () => {
    const database = await createTestDatabase();
    closing.push(database.drop);
    const server = await start({ database });
    const hooks = [await receiver(), await receiver(), await receiver()];
    let calls = 0;
    for (const hook of hooks) {
      await subscribed(server, hook.url);
      hook.behave(() => {
        calls += 1;
        return calls % 3 === 0 ? (calls % 2 === 0 ? 500 : 'cut') : 200;
      });
    }
    const others = await start({ database }); // a second process on the same database, which may serve as well
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let at = 0; at < 25; at += 1) {
          await (writer % 2 === 0 ? server : others).create(observation(`${writer} ${at}`));
        }
      }),
    );
    for (const hook of hooks) {
      await expect.poll(() => numbersAt(hook).at(-1), { timeout: 30_000 }).toBe(200);
      expect(numbersAt(hook)).toEqual(upTo(200)); // here no call was cut after it was accepted
    }
    const rows = await database.sql<{ first: number; last: number; all: number }[]>`
      select min(number) as first, max(number) as last, count(*) as all from subscriptions.event group by subscription`;
    expect(rows.map((each) => ({ ...each }))).toEqual(hooks.map(() => ({ first: 1, last: 200, all: 200 })));
  });
});

it('waits longer with each failure, up to the bound', () => {
  const pauses = { firstMs: 1000, mostMs: 300_000 };
  const full = upTo(12).map((failures) => retryPauseMs(failures, pauses, 0));
  expect(full).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000]);
  expect(retryPauseMs(1000, pauses, 1)).toBe(240_000);
});

it('keeps events for a week behind their delivery, and those that are owed until they are given up', async () => {
  const clock = { aheadMs: 0 };
  const server = await start({ clock });
  const [hook, away] = [await receiver(), await receiver()];
  const [served, failing] = [await subscribed(server, hook.url), await subscribed(server, away.url)];
  away.behave(500);
  await server.create(observation('kept'));
  const kept = async () =>
    (await server.database.sql<{ subscription: string }[]>`select subscription from subscriptions.event`).map(
      (each) => each.subscription,
    );
  await expect.poll(() => numbersAt(hook)).toEqual([1]);
  await expect.poll(kept).toHaveLength(2);
  clock.aheadMs += 6 * 24 * hourMs;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(new Set(await kept())).toEqual(new Set([served, failing]));
  clock.aheadMs += 2 * 24 * hourMs;
  await expect.poll(kept).toEqual([failing]);
  away.behave(200);
  clock.aheadMs += hourMs;
  await expect.poll(() => numbersAt(away)).toEqual([1]);
});
