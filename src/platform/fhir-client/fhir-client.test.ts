import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createFhirClient, toQuery } from './fhir-client.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/fhir`;
}

const answer =
  (status: number, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(body);
  };

const pageOf = (ids: string[], next?: string) =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    link: next === undefined ? [] : [{ relation: 'next', url: next }],
    entry: ids.map((id) => ({ resource: { resourceType: 'Condition', id }, search: { mode: 'match' } })),
  });

test('reads a resource and asks for FHIR JSON', async () => {
  let accept: string | undefined;
  const base = await serve((request, response) => {
    accept = request.headers.accept;
    answer(200, '{"resourceType":"Patient","id":"a b"}')(request, response);
  });
  expect((await createFhirClient(base).read('Patient', 'a b')).id).toBe('a b');
  expect(accept).toBe('application/fhir+json');
});

test('separates matches from what was included', async () => {
  const base = await serve(
    answer(
      200,
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'searchset',
        total: 1,
        entry: [
          { resource: { resourceType: 'Patient', id: 'p' }, search: { mode: 'match' } },
          { resource: { resourceType: 'Organization', id: 'o' }, search: { mode: 'include' } },
          { resource: { resourceType: 'OperationOutcome', issue: [] }, search: { mode: 'outcome' } },
        ],
      }),
    ),
  );
  const page = await createFhirClient(base).search('Patient', { name: 'x' });
  expect(page.matches.map(({ id }) => id)).toEqual(['p']);
  expect(page.included.map(({ id }) => id)).toEqual(['o']);
  expect(page.total).toBe(1);
});

test('follows next links on the known address even when the server calls itself otherwise', async () => {
  const base = await serve((request, response) => {
    const last = request.url?.includes('page=2');
    answer(200, last ? pageOf(['c']) : pageOf(['a', 'b'], 'https://inside.example/fhir/Condition?page=2'))(
      request,
      response,
    );
  });
  const page = await createFhirClient(base).searchAll('Condition', {}, 100);
  expect(page.matches.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(page.next).toBeUndefined();
});

test('stops at the limit and says that there is more', async () => {
  const base = await serve(answer(200, pageOf(['a', 'b'], '/fhir/Condition?page=again')));
  const page = await createFhirClient(base).searchAll('Condition', {}, 3);
  expect(page.matches).toHaveLength(4);
  expect(page.next).toBeDefined();
});

test('does not follow a link that leaves the FHIR base', async () => {
  const base = await serve(answer(200, pageOf(['a'], '/elsewhere?page=2')));
  await expect(createFhirClient(base).searchAll('Condition', {}, 9)).rejects.toMatchObject({
    code: 'fhir-client.unreadable-answer',
  });
});

test.each([
  [404, 'notFound'],
  [410, 'gone'],
  [403, 'forbidden'],
  [429, 'busy'],
  [503, 'unavailable'],
  [502, 'fault'],
  [418, 'invalid'],
])('an answer %i becomes an error of kind %s with the issues of the outcome', async (status, kind) => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'value', diagnostics: 'why' }],
  };
  const base = await serve(answer(status, JSON.stringify(outcome)));
  await expect(createFhirClient(base).read('Patient', 'p')).rejects.toMatchObject({
    kind,
    issues: [{ severity: 'error', code: 'value', text: 'why' }],
  });
});

test('a page of a proxy in place of FHIR is an error of its own', async () => {
  const base = await serve(answer(200, '<html>'));
  await expect(createFhirClient(base).read('Patient', 'p')).rejects.toMatchObject({
    code: 'fhir-client.unreadable-answer',
  });
});

test('a server that is not there is told apart from one that refuses', async () => {
  await expect(createFhirClient('http://127.0.0.1:9/fhir').read('Patient', 'p')).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'fhir-client.no-answer',
  });
});

test('an aborted request rejects with the abort, not with a failure', async () => {
  const base = await serve(() => {});
  const abort = new AbortController();
  const request = createFhirClient(base).read('Patient', 'p', abort.signal);
  abort.abort();
  await expect(request).rejects.toMatchObject({ name: 'AbortError' });
});

test.each([
  [{}, ''],
  [{ name: '' }, ''],
  [{ name: 'Əli', _count: 5 }, '?name=%C6%8Fli&_count=5'],
  [{ date: ['ge2020', 'le2021'], skip: undefined }, '?date=ge2020&date=le2021'],
])('query of %j', (params, text) => {
  expect(toQuery(params)).toBe(text);
});
