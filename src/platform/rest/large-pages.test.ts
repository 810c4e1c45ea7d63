import { afterAll, beforeAll, expect, it } from 'vitest';
import { isJsonObject } from '#platform/fhir';
import { type FhirServer, linkOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

const megabytes = 5;
const data = 'QUJD'.repeat((megabytes * 1024 * 1024) / 4);
const number = 8;

beforeAll(async () => {
  server = await startFhirServer();
  for (let at = 0; at < number; at += 1) {
    await server.create({ resourceType: 'Binary', contentType: 'text/plain', data });
  }
}, 60_000);
afterAll(() => server.close());

/** Numbers of entries of the pages, following the links, and the addresses of all. */
async function readPages(path: string): Promise<{ sizes: number[]; addresses: string[] }> {
  const sizes: number[] = [];
  const addresses: string[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const { body } = await server.get(next);
    const entries = Array.isArray(body['entry']) ? body['entry'].filter(isJsonObject) : [];
    sizes.push(entries.length);
    addresses.push(...entries.map((each) => String(each['fullUrl'])));
    next = linkOf(body, 'next');
  }
  return { sizes, addresses };
}

it.each(['Binary?_count=100', 'Binary?_count=100&_sort=-_lastUpdated', 'Binary/_history?_count=100'])(
  'a page ends when it has become large, and the next goes on: %s',
  async (path) => {
    const { sizes, addresses } = await readPages(path);
    expect(sizes).toEqual([4, 4]);
    expect(new Set(addresses).size).toBe(number);
  },
);

it('versions of one resource come in pages that are not too large', async () => {
  const id = 'many-versions';
  for (let at = 0; at < 5; at += 1) {
    await server.put(`Binary/${id}`, { resourceType: 'Binary', id, contentType: `text/x-${at}`, data });
  }
  const { sizes } = await readPages(`Binary/${id}/_history?_count=100`);
  expect(sizes).toEqual([4, 1]);
});

it('a batch whose answer has become too large refuses the reads that are left, a transaction fails whole', async () => {
  const { addresses } = await readPages('Binary?_count=100');
  const path = new URL(addresses[0] ?? '').pathname.split('/').slice(-2).join('/');
  const entry = Array.from({ length: 16 }, () => ({ request: { method: 'GET', url: path } }));
  const batch = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
  const answers = Array.isArray(batch.body['entry']) ? batch.body['entry'].filter(isJsonObject) : [];
  const statuses = answers.map(({ response }) => (isJsonObject(response) ? response['status'] : ''));
  expect(statuses).toEqual([...Array.from({ length: 13 }, () => '200 OK'), '413', '413', '413']);
  const transaction = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  expect([transaction.status, JSON.stringify(transaction.body)]).toEqual([
    413,
    expect.stringContaining('Bundle.entry[13]'),
  ]);
});
