import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, validateResource } from '#platform/fhir';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;
let statement: JsonObject;

type Called = { readonly name: string; readonly definition: string };

type Described = {
  type: string;
  interaction: { code: string }[];
  searchParam: { name: string; type: string }[];
  searchInclude?: string[];
  searchRevInclude?: string[];
  operation?: Called[];
};
let types: Described[];

beforeAll(async () => {
  server = await startFhirServer();
  statement = (await server.get('metadata')).body;
  const [rest] = statement['rest'] as { resource: Described[] }[];
  types = rest?.resource ?? [];
});
afterAll(() => server.close());

it('is a valid CapabilityStatement of this server', () => {
  expect(validateResource(statement).filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(statement).toMatchObject({ fhirVersion: '4.0.1', kind: 'instance', implementation: { url: server.baseUrl } });
  expect(types.length).toBeGreaterThan(140);
});

/** A value each type of parameter understands. */
const values: Readonly<Record<string, string>> = {
  token: 'a',
  string: 'aa',
  reference: 'a',
  date: '2024',
  number: '1',
  quantity: '1',
  uri: 'urn:a',
  composite: 'a$1',
  special: '40|49|1|km',
};

const isOrdered = ({ name, type }: Described['searchParam'][number]): boolean =>
  type !== 'composite' && type !== 'special' && name !== '_text' && name !== '_content';

describe('every search parameter it lists is answered', () => {
  it('and no composite takes the form of another', async () => {
    const failures: string[] = [];
    for (const { type, searchParam } of types) {
      const plain = searchParam.filter((each) => each.type !== 'composite').slice(0, 45);
      const query = plain.map(({ name, type: kind }) => [name, values[kind] ?? '']);
      const answer = await server.get(`${type}?${new URLSearchParams(query).toString()}`);
      if (answer.status !== 200) failures.push(`${type}: ${answer.text}`);
      for (const { name } of [...searchParam.filter((each) => each.type === 'composite'), ...searchParam.slice(45)]) {
        const tried = await Promise.all(
          ['a$1', 'a$2024', 'a$b', 'a$1$2', 'aa'].map((value) => server.get(`${type}?${name}=${value}`)),
        );
        if (!tried.some(({ status }) => status === 200)) failures.push(`${type}?${name}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);

  it('over the whole record, within compartments, and by POST', async () => {
    const [rest] = statement['rest'] as { searchParam: { name: string; type: string }[]; compartment: string[] }[];
    const values: Record<string, string> = { _type: 'Basic', _lastUpdated: '2024', _has: 'x', _filter: '_id eq x' };
    for (const { name } of rest?.searchParam ?? []) {
      const full = name === '_has' ? '_has:Provenance:target:_id' : name;
      const answer = await server.get(`?${full}=${values[name] ?? 'aa'}&_type=Basic`);
      expect([name, answer.status]).toEqual([name, 200]);
    }
    expect(rest?.compartment).toHaveLength(5);
    for (const url of rest?.compartment ?? []) {
      const name = url.replace('http://hl7.org/fhir/CompartmentDefinition/', '');
      const type = name.charAt(0).toUpperCase() + name.slice(1);
      expect([url, (await server.get(`${type}/x/*`)).status]).toEqual([url, 200]);
      expect((await server.post(`${type}/x/*/_search`, new URLSearchParams())).status).toBe(200);
    }
    for (const { type } of types.slice(0, 5)) {
      expect((await server.post(`${type}/_search`, new URLSearchParams({ _id: 'x' }))).status).toBe(200);
    }
    expect((await server.post('_search', new URLSearchParams({ _type: 'Basic' }))).status).toBe(200);
  });

  it('to sort by as well, but for composites, text and places', async () => {
    const failures: string[] = [];
    for (const { type, searchParam } of types) {
      const names = searchParam.filter(isOrdered).map(({ name }) => name);
      for (let at = 0; at < names.length; at += 5) {
        const answer = await server.get(`${type}?_sort=${names.slice(at, at + 5).join(',-')}`);
        if (answer.status !== 200) failures.push(`${type} by ${names.slice(at, at + 5).join()}: ${answer.text}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);

  it('to include by', async () => {
    const failures: string[] = [];
    for (const { type, searchInclude = [], searchRevInclude = [] } of types) {
      const pairs = [
        ...searchInclude.map((each) => ['_include', each]),
        ...searchRevInclude.map((each) => ['_revinclude', each]),
      ];
      for (let at = 0; at < pairs.length; at += 30) {
        const answer = await server.get(`${type}?_id=none&${new URLSearchParams(pairs.slice(at, at + 30)).toString()}`);
        if (answer.status !== 200) failures.push(`${type}: ${answer.text}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);
});

describe('every interaction it lists is answered', () => {
  it('for a type', async () => {
    const described = types.find(({ type }) => type === 'Basic');
    const basic = (id: string) => ({ resourceType: 'Basic', id, code: { text: 'x' } });
    const jsonPatch = { 'Content-Type': 'application/json-patch+json' };
    const patch = [{ op: 'add', path: '/created', value: '2024-01-01' }];
    const tried: Record<string, () => Promise<{ status: number }>> = {
      create: () => server.post('Basic', basic('x')),
      update: () => server.put('Basic/cap', basic('cap')),
      read: () => server.get('Basic/cap'),
      vread: () => server.get('Basic/cap/_history/1'),
      patch: () => server.patch('Basic/cap', patch, jsonPatch),
      'history-instance': () => server.get('Basic/cap/_history'),
      'history-type': () => server.get('Basic/_history'),
      'search-type': () => server.get('Basic'),
      delete: () => server.delete('Basic/cap'),
    };
    expect(described?.interaction.map(({ code }) => code).sort()).toEqual(Object.keys(tried).sort());
    for (const [code, run] of Object.entries(tried)) {
      expect([code, (await run()).status]).toEqual([
        code,
        code === 'create' || code === 'update' ? 201 : code === 'delete' ? 204 : 200,
      ]);
    }
  });

  it('for the whole record', async () => {
    const [rest] = statement['rest'] as { interaction: { code: string }[] }[];
    expect(rest?.interaction.map(({ code }) => code).sort()).toEqual([
      'batch',
      'history-system',
      'search-system',
      'transaction',
    ]);
    for (const type of ['batch', 'transaction']) {
      expect((await server.post('', { resourceType: 'Bundle', type })).status).toBe(200);
    }
    expect((await server.get('_history')).status).toBe(200);
  });

  it('and every operation, at each level its definition names', async () => {
    const [rest] = statement['rest'] as { operation?: Called[] }[];
    const listed = [
      ...(rest?.operation ?? []).map((each) => ({ ...each, type: undefined })),
      ...types.flatMap(({ type, operation = [] }) => operation.map((each) => ({ ...each, type }))),
    ];
    expect(listed.length).toBeGreaterThan(0);
    const definitions = new Map<string, JsonObject>();
    const failures: string[] = [];
    for (const { name, definition, type } of listed) {
      const id = definition.slice(definition.lastIndexOf('/') + 1);
      const known = definitions.get(id) ?? (await server.get(`OperationDefinition/${id}`)).body;
      definitions.set(id, known);
      const places =
        type === undefined
          ? ['']
          : [...(known['type'] ? [`${type}/`] : []), ...(known['instance'] ? [`${type}/none/`] : [])];
      for (const place of places) {
        const answer = await server.post(`${place}$${name}`, { resourceType: 'Parameters' });
        const isOffered =
          !answer.text.includes('rest.unknown-operation') && answer.status !== 405 && answer.status < 500;
        if (!isOffered) failures.push(`${place}$${name}: ${answer.status}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);
});
