import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import type { Operation } from '#platform/rest';
import { entriesOf, type FhirServer, placesOf, startFhirServer } from '../../../../test/support/fhir-server.ts';
import { createOperationTable } from './operation-table.ts';

/** Gives back what it was asked, piece by piece. */
const echo: Operation = {
  name: 'echo',
  title: 'Give back the parameters',
  description: 'For tests.',
  definition: 'https://vsis.az/fhir/OperationDefinition/echo',
  levels: ['system', 'type', 'instance', 'version'],
  types: ['Basic', 'Group'],
  affectsState: false,
  parameters: [
    { name: 'count', type: 'positiveInt', documentation: 'A number.' },
    { name: 'since', type: 'instant', documentation: 'A moment.' },
    { name: 'sure', type: 'boolean', documentation: 'Yes or no.' },
    { name: 'word', type: 'string', max: '*', documentation: 'Words.' },
    { name: 'who', type: 'Reference', documentation: 'A reference.' },
    { name: 'code', type: 'Coding', documentation: 'A code.' },
    { name: 'resource', type: 'Basic', documentation: 'A resource.' },
    {
      name: 'pair',
      documentation: 'Two words.',
      part: [
        { name: 'left', type: 'string', min: 1, documentation: 'One.' },
        { name: 'right', type: 'string', documentation: 'The other.' },
      ],
    },
  ],
  results: [{ name: 'return', type: 'Basic', min: 1, documentation: 'What was asked.' }],
  run: async ({ level, type, id, version, parameters }) => {
    const [pair] = parameters.parts('pair');
    const text = JSON.stringify({
      place: [level, type, id, version],
      count: parameters.number('count'),
      since: parameters.text('since'),
      sure: parameters.flag('sure'),
      words: parameters.texts('word'),
      who: parameters.objects('who')[0],
      code: parameters.objects('code')[0],
      resource: parameters.resource('resource')?.id,
      pair: pair && [pair.text('left'), pair.text('right')],
    });
    const half = Math.floor(text.length / 2);
    const pieces = async function* () {
      yield `{"resourceType":"Basic","code":{"text":${JSON.stringify(text.slice(0, half)).slice(0, -1)}`;
      yield `${JSON.stringify(text.slice(half)).slice(1)}}}`;
    };
    return { body: pieces(), headers: { 'X-Echo': 'yes' }, noted: [{ action: '$echo', type: 'Basic', id: 'audited' }] };
  },
};

const change: Operation = {
  ...echo,
  name: 'change',
  definition: 'https://vsis.az/fhir/OperationDefinition/change',
  levels: ['type'],
  affectsState: true,
  run: async () => ({ status: 202, noted: [] }),
};

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer({ operations: [echo, change] });
});
afterAll(() => server.close());

function heard({ body }: { body: JsonObject }): JsonObject {
  const code = isJsonObject(body['code']) ? body['code'] : {};
  return JSON.parse(String(code['text'] ?? 'null'));
}

const parametersOf = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });

describe('an operation is called', () => {
  it('at each of its levels, by GET and POST', async () => {
    for (const [path, ...place] of [
      ['$echo', 'system', null, null, null],
      ['Group/$echo', 'type', 'Group', null, null],
      ['Basic/7/$echo', 'instance', 'Basic', '7', null],
      ['Basic/7/_history/2/$echo', 'version', 'Basic', '7', '2'],
    ]) {
      const answers = [
        await server.get(`${path}?count=3`),
        await server.post(`${path}`, parametersOf({ name: 'count', valuePositiveInt: 3 })),
      ];
      for (const answer of answers) {
        expect([answer.status, heard(answer)]).toEqual([200, { place, count: 3, words: [] }]);
        expect(answer.headers.get('x-echo')).toBe('yes');
        expect(answer.headers.get('content-type')).toContain('application/fhir+json');
      }
    }
  });

  it('by its name escaped as well', async () => {
    const answer = await server.get('Basic/7/%24echo?count=3');
    expect([answer.status, heard(answer)]).toMatchObject([200, { place: ['instance', 'Basic', '7', null], count: 3 }]);
  });

  it('with values of every kind', async () => {
    const query = 'sure=true&word=a&word=%C9%99+b&since=2026-01-02T03:04:05+04:00&who=Patient/1&_format=json';
    const asked = await server.get(`$echo?${query}`);
    expect(heard(asked)).toMatchObject({
      sure: true,
      words: ['a', 'ə b'],
      since: '2026-01-02T03:04:05+04:00',
      who: { reference: 'Patient/1' },
    });
    const body = parametersOf(
      { name: 'code', valueCoding: { system: 'urn:s', code: 'c' } },
      { name: 'resource', resource: { resourceType: 'Basic', id: 'inner' } },
      {
        name: 'pair',
        part: [
          { name: 'left', valueString: 'l' },
          { name: 'right', valueString: 'r' },
        ],
      },
    );
    expect(heard(await server.post('$echo?word=address', body))).toMatchObject({
      code: { system: 'urn:s', code: 'c' },
      resource: 'inner',
      pair: ['l', 'r'],
      words: ['address'],
    });
  });

  it('with the one resource it takes as the body', async () => {
    const answer = await server.post('Basic/$echo?count=1', { resourceType: 'Basic', id: 'bare' });
    expect(heard(answer)).toMatchObject({ resource: 'bare', count: 1 });
  });

  it('within a batch, but not within a transaction', async () => {
    const entry = [
      { request: { method: 'GET', url: 'Basic/7/$echo?count=4' } },
      { request: { method: 'POST', url: '$echo' }, resource: parametersOf({ name: 'word', valueString: 'w' }) },
      { request: { method: 'GET', url: 'Group/$change' } },
      { request: { method: 'POST', url: 'Group/$change' } },
      { request: { method: 'GET', url: 'Patient/$nothing' } },
    ];
    const batch = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const answers = entriesOf(batch.body).map(({ response, resource }) => ({ response, body: resource as JsonObject }));
    const statuses = answers.map(({ response }) => isJsonObject(response) && response['status']);
    expect(statuses).toEqual(['200', '200', '405', '202', '404']);
    expect(answers.slice(0, 2).map(heard)).toMatchObject([
      { count: 4, place: ['instance', 'Basic', '7', null] },
      { words: ['w'] },
    ]);
    const transaction = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect([transaction.status, placesOf(transaction.body)]).toEqual([400, ['Bundle.entry[0].request.url']]);
  });

  it('and what it shows is in the audit trail', async () => {
    const before = await recorded();
    await server.get('$echo');
    expect(await recorded()).toBe(before + 1);
  });
});

async function recorded(): Promise<number> {
  const [row] = await server.database.sql<{ count: number }[]>`
    select count(*)::int as count from audit.entry where action = '$echo' and id = 'audited'`;
  return row?.count ?? 0;
}

describe('a call is refused', () => {
  it.each([
    ['$echo?count=0', 'http.count'],
    ['$echo?count=three', 'http.count'],
    ['$echo?count=1&count=2', 'http.count'],
    ['$echo?sure=perhaps', 'http.sure'],
    ['$echo?since=yesterday', 'http.since'],
    ['$echo?word=%00', 'http.word'],
    ['$echo?code=c', 'http.code'],
    ['$echo?resource=r', 'http.resource'],
    ['$echo?pair=p', 'http.pair'],
    ['$echo?other=1', 'http.other'],
  ])('by the name of the parameter: %s', async (path, place) => {
    const answer = await server.get(path);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  });

  it.each([
    [{ name: 'count', valueString: 'x' }, 'Parameters.parameter[0].valueString'],
    [{ name: 'count' }, 'Parameters.parameter[0]'],
    [{ name: 'word', valueString: 'a', resource: {} }, 'Parameters.parameter[0]'],
    [{ valueString: 'a' }, 'Parameters.parameter[0].name'],
    [{ name: 'code', valueCoding: { code: 7 } }, 'Parameters.parameter[0].valueCoding'],
    [{ name: 'code', valueString: 'c' }, 'Parameters.parameter[0].valueString'],
    [{ name: 'resource', resource: { resourceType: 'Patient' } }, 'Parameters.parameter[0].resource'],
    [{ name: 'pair', part: [{ name: 'right', valueString: 'r' }] }, 'http.left'],
    [{ name: 'pair', part: [{ name: 'up', valueString: 'r' }] }, 'Parameters.parameter[0].part[0].valueString'],
    [{ name: 'pair', part: 'both' }, 'Parameters.parameter[0].part'],
    ['nothing', 'Parameters.parameter[0].name'],
  ])('by its place in the body: %j', async (parameter, place) => {
    const answer = await server.post('$echo', parametersOf(parameter));
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  });

  it('where the operation is not, with the places where it is', async () => {
    const wrong = await server.get('Patient/$echo');
    expect(wrong.status).toBe(404);
    expect(wrong.text).toContain('/Basic/[id]/$echo');
    expect((await server.get('Basic/1/$change')).text).toContain('/Group/$change');
    for (const path of ['$none', 'Patient/$none', 'Patient/1/$none', 'Nothing/$echo']) {
      expect((await server.get(path)).status, path).toBe(404);
    }
    expect((await server.get('Basic/a_b/$echo')).status).toBe(400);
  });

  it('by any method but GET and POST, and by GET where it changes something', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await server.send(method, 'Basic/1/$echo');
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD']);
    }
    for (const method of ['GET', 'HEAD']) {
      const answer = await server.send(method, 'Basic/$change');
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect((await server.post('Basic/$change', '')).status).toBe(202);
  });

  it('with more parameters than a person would give', async () => {
    const answer = await server.get(`$echo?${'word=a&'.repeat(1001)}`);
    expect(answer.status).toBe(413);
  });
});

describe('the CapabilityStatement', () => {
  it('lists each operation where it can be called, and each has a valid definition that can be read', async () => {
    const { body } = await server.get('metadata');
    const [rest] = body['rest'] as { operation: Listed[]; resource: { type: string; operation?: Listed[] }[] }[];
    expect(rest?.operation.map(({ name }) => name)).toContain('echo');
    const byType = new Map(rest?.resource.map(({ type, operation = [] }) => [type, operation.map(({ name }) => name)]));
    expect(byType.get('Group')).toEqual(expect.arrayContaining(['echo', 'change', 'validate']));
    expect(byType.get('Patient')).not.toContain('echo');
    const all = [...(rest?.operation ?? []), ...(rest?.resource.flatMap(({ operation = [] }) => operation) ?? [])];
    const definitions = [...new Set(all.map(({ definition }) => definition))];
    for (const url of definitions) {
      const read = await server.get(`OperationDefinition/${url.split('/').at(-1)}`);
      expect([read.status, read.body['url'], validateResource(read.body)]).toEqual([200, url, []]);
    }
  });

  it('gives way to a definition that is stored', async () => {
    const stored = {
      ...(await server.get('OperationDefinition/echo')).body,
      description: 'The stored one.',
    };
    expect((await server.put('OperationDefinition/echo', stored)).status).toBe(201);
    expect((await server.get('OperationDefinition/echo')).body['description']).toBe('The stored one.');
    await server.delete('OperationDefinition/echo');
    expect((await server.get('OperationDefinition/echo')).status).toBe(410);
    expect((await server.get('OperationDefinition/none')).status).toBe(404);
  });
});

type Listed = { readonly name: string; readonly definition: string };

it('takes no two operations of one name at one place', () => {
  expect(() => createOperationTable([echo, { ...change, name: 'echo', types: ['Group'] }])).toThrow('Group type');
  expect(() => createOperationTable([echo, { ...change, name: 'echo', types: ['Patient'] }])).not.toThrow();
});
