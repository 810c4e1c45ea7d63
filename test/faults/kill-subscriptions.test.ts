import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { createClient } from '../support/fhir-server.ts';
import { numbersAt, topicSubscription } from '../support/notifications.ts';
import { startReceiver } from '../support/receiver.ts';

const program = join(import.meta.dirname, '../support/subscription-program.ts');
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function run(url: string): Promise<{ child: ChildProcess; client: ReturnType<typeof createClient> }> {
  const child = spawn(process.execPath, [program, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUps.push(async () => child.kill('SIGKILL'));
  const [address] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, client: createClient(String(address)) };
}

it('tells a subscriber of every acknowledged write, in order and numbered without a gap, though it is killed again and again', async () => {
  const database = await createTestDatabase();
  cleanUps.push(database.drop);
  const hook = await startReceiver();
  cleanUps.push(hook.stop);
  const topic = 'https://vsis.az/fhir/SubscriptionTopic/Observation-created';
  let created = 0;
  let id = '';
  for (let round = 0; round < 3; round += 1) {
    const { child, client } = await run(database.url);
    if (round === 0) {
      ({ id } = await client.create(topicSubscription(topic, { endpoint: hook.url })));
      const status = async () => (await client.get(`Subscription/${id}`)).body['status'];
      await expect.poll(status).toBe('active');
    }
    const before = hook.accepted.length;
    for (let at = 0; at < 40; at += 1) {
      await client.create({ resourceType: 'Observation', status: 'final', code: { text: `${round}` } });
      created += 1;
    }
    if (round < 2) await expect.poll(() => hook.accepted.length).toBeGreaterThan(before + 1);
    const ended = once(child, 'exit');
    child.kill('SIGKILL'); // while events wait, are sent, or are accepted but not noted
    await ended;
  }
  await run(database.url);
  await expect.poll(() => numbersAt(hook).at(-1)).toBe(created);
  const numbers = numbersAt(hook);
  const first = [...new Set(numbers)];
  expect(first).toEqual(Array.from({ length: created }, (_, at) => at + 1)); // repeats come only behind what was sent
}, 180_000);
