import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { type BulkServer, startBulkServer } from '../../../test/support/bulk-server.ts';
import { type Answer, placesOf } from '../../../test/support/fhir-server.ts';

let server: BulkServer;
const ids: Record<string, string> = {};

const async = { Prefer: 'respond-async', Accept: 'application/fhir+json' };
const kickOff = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.get(path, { ...async, ...headers });
const exported = async (path: string, headers?: Record<string, string>): Promise<JsonObject> =>
  server.finished(await kickOff(path, headers));

/** `Type/id` of all lines, in order. */
async function addresses(manifest: JsonObject): Promise<string[]> {
  return (await server.lines(manifest)).map(({ resourceType, id }) => `${String(resourceType)}/${String(id)}`).sort();
}

const named = (...names: string[]): string[] => names.map((name) => ids[name] ?? `no ${name}`).sort();

function listOf(manifest: JsonObject, list: string): JsonObject[] {
  const files = manifest[list];
  return Array.isArray(files) ? files.filter(isJsonObject) : [];
}

async function add(name: string, resource: JsonObject): Promise<void> {
  const { id } = await server.create(resource);
  ids[name] = `${String(resource['resourceType'])}/${id}`;
}

const observation = (more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const reference = (name: string): JsonObject => ({ reference: ids[name] ?? `no ${name}` });

beforeAll(async () => {
  server = await startBulkServer({
    actorOf: async ({ id, headers }) => ({ name: String(headers['x-actor'] ?? 'tester'), requestId: id }),
  });
  await add('anna', { resourceType: 'Patient', name: [{ family: 'A' }], birthDate: '1990-01-01', active: true });
  await add('ben', { resourceType: 'Patient', name: [{ family: 'B' }] });
  await add('cem', { resourceType: 'Patient' });
  await add('practice', { resourceType: 'Organization', name: 'Practice' });
  await add('pulse', observation({ subject: reference('anna'), valueQuantity: { value: 60, unit: '/min' } }));
  await add('weight', observation({ subject: reference('ben'), status: 'amended' }));
  await add('byAnna', observation({ subject: reference('cem'), performer: [reference('anna')] }));
  await add('group', {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    member: [
      { entity: reference('anna') },
      { entity: reference('ben'), inactive: true },
      { entity: reference('cem'), period: { end: '2001-01-01' } },
    ],
  });
  await server.put('Binary/picture', { resourceType: 'Binary', id: 'picture', contentType: 'image/png', data: 'AAAA' });
  await add('scan', {
    resourceType: 'DocumentReference',
    status: 'current',
    subject: reference('ben'),
    content: [{ attachment: { contentType: 'image/png', url: 'Binary/picture' } }],
  });
  const provenance = (target: string, recorded: string): JsonObject => ({
    resourceType: 'Provenance',
    target: [reference(target)],
    recorded,
    agent: [{ who: reference('practice') }],
  });
  await add('pulseFirst', provenance('pulse', '2020-01-01T00:00:00Z'));
  await add('pulseLast', provenance('pulse', '2021-01-01T00:00:00Z'));
  await add('practiceFrom', provenance('practice', '2020-01-01T00:00:00Z'));
});
afterAll(() => server.close());

describe('the kick-off', () => {
  it('is answered with 202 and the absolute address of the status, and the job ends in a manifest', async () => {
    const started = await kickOff('$export');
    expect(started.status).toBe(202);
    expect(started.body['resourceType']).toBe('OperationOutcome');
    const address = started.headers.get('content-location') ?? '';
    expect(address.startsWith(`${server.baseUrl}/async/`)).toBe(true);
    const before = Date.now();
    const first = await server.get(address);
    expect(first.status).toBe(202);
    expect(first.headers.get('x-progress')?.length).toBeLessThan(100);
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    const manifest = await server.finished(started);
    expect(manifest).toMatchObject({ request: `${server.baseUrl}/$export`, requiresAccessToken: false, error: [] });
    expect(Math.abs(Date.parse(String(manifest['transactionTime'])) - before)).toBeLessThan(10_000);
    const done = await server.get(address);
    expect(done.headers.get('content-type')).toContain('application/json');
    expect(Date.parse(done.headers.get('expires') ?? '')).toBeGreaterThan(Date.now());
    expect(await addresses(manifest)).toEqual([...Object.values(ids), 'Binary/picture'].sort());
    const types = listOf(manifest, 'output').map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
  });

  it('takes parameters in a Parameters resource, and the manifest then repeats none of them', async () => {
    const started = await server.post(
      'Patient/$export',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: '_type', valueString: 'Patient' },
          { name: '_type', valueString: 'Observation' },
          { name: 'patient', valueReference: reference('ben') },
          { name: '_since', valueInstant: '2020-01-01T00:00:00Z' },
        ],
      },
      async,
    );
    const manifest = await server.finished(started);
    expect(manifest['request']).toBe(`${server.baseUrl}/Patient/$export`);
    expect(await addresses(manifest)).toEqual(named('ben', 'weight'));
  });

  it.each(['application/fhir+ndjson', 'application/fhir%2Bndjson', 'application/ndjson', 'ndjson'])(
    'takes _outputFormat %s',
    async (format) => {
      const manifest = await exported(`$export?_type=Organization&_outputFormat=${format}`);
      expect(await addresses(manifest)).toEqual(named('practice'));
    },
  );

  it.each<[string, string, string]>([
    ['another format', '$export?_outputFormat=text/csv', 'http._outputFormat'],
    ['a parameter that is none', '$export?nonsense=1', 'http.nonsense'],
    ['a time that is none', '$export?_since=soon', 'http._since'],
    ['a type that is none', '$export?_type=Patient,Nothing', 'http._type'],
    ['a type outside of the compartment', 'Patient/$export?_type=Organization', 'http._type'],
    ['a filter that is no search', '$export?_typeFilter=Patient', 'http._typeFilter'],
    ['a filter that cannot be understood', '$export?_typeFilter=Patient%3Fnope%3D1', 'http._typeFilter'],
    ['a filter that only sorts', '$export?_typeFilter=Patient%3F_sort%3Dname', 'http._typeFilter'],
    ['an element that is not of the root', '$export?_elements=Patient.name.family', 'http._elements'],
    ['associated data that are unknown', '$export?includeAssociatedData=_mine', 'http.includeAssociatedData'],
    ['a patient that is unknown', 'Patient/$export?patient=Patient/nobody', 'http.patient'],
  ])('refuses %s and names it', async (_what, path, place) => {
    const answer = await kickOff(path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/fhir+json');
    expect(placesOf(answer.body)).toContain(place);
  });

  it('leaves out what it does not understand where that is asked for, and says so in a file', async () => {
    const manifest = await exported('$export?_type=Organization,Nothing&nonsense=1', {
      Prefer: 'respond-async, handling=lenient',
    });
    expect(await addresses(manifest)).toEqual(named('practice'));
    const remarks = await server.lines(manifest, 'error');
    expect(remarks.flatMap(placesOf).sort()).toEqual(['http._type', 'http.nonsense']);
  });

  it('refuses one more job than one may have under way', async () => {
    const busy = { 'x-actor': 'busy' };
    const rows = Array.from({ length: 5 }, (_, at) => `job-of-busy-${at}`);
    for (const id of rows) {
      await server.database.sql`
        insert into bulk.job (id, kind, actor, request, requires_token, plan, state, lease_until)
        values (${id}, 'test', 'busy', '', false, '{}', 'running', now() + interval '1 hour')`;
    }
    const answer = await kickOff('$export', busy);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await server.database.sql`delete from bulk.job where kind = 'test'`;
  });

  it('tells of itself in the CapabilityStatement', async () => {
    const { body } = await server.get('metadata');
    expect(body['instantiates']).toEqual(['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data']);
    expect(JSON.stringify(body)).toContain('http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export');
  });
});

describe('what is exported', () => {
  it('is of the types that are asked for, with commas and with repetition', async () => {
    const both = named('anna', 'ben', 'cem', 'practice');
    expect(await addresses(await exported('$export?_type=Patient,Organization'))).toEqual(both);
    expect(await addresses(await exported('$export?_type=Patient&_type=Organization'))).toEqual(both);
  });

  it('meets one of the filters of its type; other types are whole', async () => {
    const filters = 'Observation%3Fstatus%3Damended,Observation%3Fvalue-quantity%3Dgt50';
    const manifest = await exported(`$export?_type=Observation,Organization&_typeFilter=${filters}`);
    expect(await addresses(manifest)).toEqual(named('pulse', 'weight', 'practice'));
    const repeated = await exported(
      '$export?_type=Observation&_typeFilter=Observation%3Fstatus%3Damended&_typeFilter=Observation%3Fvalue-quantity%3Dgt50',
    );
    expect(await addresses(repeated)).toEqual(named('pulse', 'weight'));
  });

  it('has only the elements that are asked for and those it must have, and is marked so', async () => {
    const manifest = await exported('$export?_type=Patient,Observation&_elements=Patient.birthDate,status');
    const lines = await server.lines(manifest);
    const anna = lines.find(({ id }) => `Patient/${String(id)}` === ids['anna']);
    expect(Object.keys(anna ?? {}).sort()).toEqual(['birthDate', 'id', 'meta', 'resourceType']);
    expect(JSON.stringify(anna)).toContain('SUBSETTED');
    const pulse = lines.find(({ id }) => `Observation/${String(id)}` === ids['pulse']);
    expect(Object.keys(pulse ?? {}).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status']);
  });

  it('is an empty list where there is nothing', async () => {
    expect((await exported('$export?_type=Account'))['output']).toEqual([]);
  });

  it('belongs to patients at the level of patients, and Provenance to what is exported', async () => {
    const all = named('anna', 'ben', 'cem', 'pulse', 'weight', 'byAnna', 'group', 'scan', 'pulseFirst', 'pulseLast');
    expect(await addresses(await exported('Patient/$export'))).toEqual(all);
    expect(await addresses(await exported('Patient/$export?_type=Patient'))).toEqual(named('anna', 'ben', 'cem'));
  });

  it('belongs to the members of a group, what another patient leads included', async () => {
    const manifest = await exported(`${ids['group'] ?? ''}/$export`);
    expect(await addresses(manifest)).toEqual(named('anna', 'pulse', 'byAnna', 'group', 'pulseFirst', 'pulseLast'));
    expect((await kickOff('Group/unknown/$export')).status).toBe(404);
  });

  it('is limited to listed patients, who must be members where a group is exported', async () => {
    const one = (name: string) => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'patient', valueReference: reference(name) }],
    });
    const refused = await server.post(`${ids['group'] ?? ''}/$export`, one('ben'), async);
    expect(refused.status).toBe(400);
    const manifest = await server.finished(await server.post('Patient/$export', one('ben'), async));
    expect(await addresses(manifest)).toEqual(named('ben', 'weight', 'scan', 'group'));
  });

  it('has the Provenance that is asked for: all, or the latest of each resource', async () => {
    const relevant = await exported('$export?_type=Observation&includeAssociatedData=RelevantProvenanceResources');
    expect(await addresses(relevant)).toEqual(named('pulse', 'weight', 'byAnna', 'pulseFirst', 'pulseLast'));
    const latest = await exported('$export?_type=Observation&includeAssociatedData=LatestProvenanceResources');
    expect(await addresses(latest)).toEqual(named('pulse', 'weight', 'byAnna', 'pulseLast'));
    const both = 'LatestProvenanceResources,RelevantProvenanceResources';
    const most = await exported(`$export?_type=Observation&includeAssociatedData=${both}`);
    expect(await addresses(most)).toEqual(await addresses(relevant));
    const none = await exported('$export?_type=Observation');
    expect(await addresses(none)).toEqual(named('pulse', 'weight', 'byAnna'));
  });

  it('has changed since the given time, and what was deleted since is told', async () => {
    const doomed = await server.create({ resourceType: 'Basic', code: { text: 'x' } });
    const back = await server.create({ resourceType: 'Basic', code: { text: 'x' } });
    const first = await exported('$export?_type=Basic');
    const since = String(first['transactionTime']);
    await server.delete(`Basic/${doomed.id}`);
    await server.delete(`Basic/${back.id}`);
    await server.put(`Basic/${back.id}`, { resourceType: 'Basic', id: back.id, code: { text: 'again' } });
    const second = await exported(`$export?_type=Basic&_since=${since}`);
    expect(await addresses(second)).toEqual([`Basic/${back.id}`]);
    expect(listOf(second, 'deleted').map(({ type }) => type)).toEqual(['Bundle']);
    expect(await server.lines(second, 'deleted')).toEqual([
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'DELETE', url: `Basic/${doomed.id}` } }],
      },
    ]);
    const third = await exported(`$export?_type=Basic&_since=${String(second['transactionTime'])}`);
    expect(third).toMatchObject({ output: [], deleted: [] });
    const until = await exported(`$export?_type=Basic,Organization&_until=${since}`);
    expect(await addresses(until)).toEqual(named('practice'));
  });

  it('names attachments that are in the record by their full address', async () => {
    const [scan] = await server.lines(await exported('$export?_type=DocumentReference'));
    const [, url = ''] = /"url":"([^"]+)"/.exec(JSON.stringify(scan)) ?? [];
    expect(url).toBe(`${server.baseUrl}/Binary/picture`);
    const content = await fetch(url);
    expect([content.status, content.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect([...(await content.bytes())]).toEqual([0, 0, 0]);
  });
});

describe('a file', () => {
  it('is NDJSON, as a whole, packed, and in parts', async () => {
    const manifest = await exported('$export?_type=Observation');
    const url = String(listOf(manifest, 'output')[0]?.['url']);
    expect(url.startsWith(`${server.baseUrl}/async/`)).toBe(true);
    const plain = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers.get('content-type')).toBe('application/fhir+ndjson');
    const text = await plain.text();
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    expect(Number(plain.headers.get('content-length'))).toBe(Buffer.byteLength(text));
    const packed = await fetchRaw(url, { 'Accept-Encoding': 'gzip' });
    expect(gunzipSync(packed).toString()).toBe(text);
    const tag = plain.headers.get('etag') ?? '';
    const rest = await fetch(url, { headers: { Range: 'bytes=10-', 'If-Range': tag, 'Accept-Encoding': 'identity' } });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe(`bytes 10-${text.length - 1}/${text.length}`);
    expect(await rest.text()).toBe(text.slice(10));
    expect((await fetch(url, { headers: { Range: `bytes=${text.length}-` } })).status).toBe(416);
  });

  it('tells whether its files need the token that the kick-off came with', async () => {
    const open = await exported('$export?_type=Organization');
    const closed = await exported('$export?_type=Organization', { Authorization: 'Bearer some-token' });
    expect([open['requiresAccessToken'], closed['requiresAccessToken']]).toEqual([false, true]);
  });

  it('can be read by its owner alone, on the disk as well', async () => {
    const started = await kickOff('$export?_type=Patient');
    const manifest = await server.finished(started);
    const url = String(listOf(manifest, 'output')[0]?.['url']);
    const status = started.headers.get('content-location') ?? '';
    for (const address of [url, status]) {
      expect((await server.get(address, { 'x-actor': 'other' })).status).toBe(404);
    }
    expect((await server.delete(status, { 'x-actor': 'other' })).status).toBe(404);
    const [, id = '', name = ''] = /async\/([^/]+)\/([^/]+)$/.exec(url) ?? [];
    expect((await stat(join(server.folder, id))).mode & 0o777).toBe(0o700);
    expect((await stat(join(server.folder, id, name))).mode & 0o777).toBe(0o600);
    expect((await server.get(`async/${id}/..%2F..%2Fsecret`)).status).toBe(404);
  });

  it('is gone when its job is deleted, and with it the status', async () => {
    const started = await kickOff('$export?_type=Patient');
    const manifest = await server.finished(started);
    const status = started.headers.get('content-location') ?? '';
    expect((await server.delete(status)).status).toBe(202);
    for (const address of [status, String(listOf(manifest, 'output')[0]?.['url'])]) {
      const answer = await server.get(address);
      expect(answer.status).toBe(404);
      expect(answer.body['resourceType']).toBe('OperationOutcome');
    }
    expect((await server.delete(status)).status).toBe(404);
    expect(await readdir(server.folder)).not.toContain(status.split('/').at(-1));
  });

  it('leaves a record of who exported what, at the kick-off and at the download', async () => {
    const before = await audited();
    const manifest = await exported(`${ids['group'] ?? ''}/$export?_type=Patient`);
    await server.lines(manifest);
    const [, anna] = (ids['anna'] ?? '').split('/');
    const [, group] = (ids['group'] ?? '').split('/');
    expect((await audited()).slice(before.length)).toEqual([
      { actor: 'tester', type: 'Group', id: group, patient: null, matches: null },
      { actor: 'tester', type: 'Patient', id: anna, patient: anna, matches: null },
      { actor: 'tester', type: 'Patient', id: null, patient: null, matches: 1 },
    ]);
  });
});

it('tells whoever asks for the status too often to wait', async () => {
  const started = await kickOff('$export?_type=Patient');
  await server.finished(started);
  const status = started.headers.get('content-location') ?? '';
  const answers = await Promise.all(Array.from({ length: 40 }, () => server.get(status)));
  const refused = answers.filter((each) => each.status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
});

it('answers with an error when the job failed, and with 404 when it is unknown', async () => {
  const problem = JSON.stringify({ kind: 'fault', code: 'bulk.failed', text: 'It failed.', issues: [] });
  const id = '00000000-0000-4000-8000-000000000001';
  await server.database.sql`
    insert into bulk.job (id, kind, actor, request, requires_token, plan, state, problem)
    values (${id}, 'export', 'tester', '', false, '{}', 'failed', ${problem}::text::jsonb)`;
  const failed = await server.get(`async/${id}`);
  expect([failed.status, failed.body['resourceType']]).toEqual([500, 'OperationOutcome']);
  expect(failed.headers.get('content-type')).toContain('application/fhir+json');
  expect((await server.get('async/00000000-0000-4000-8000-000000000002')).status).toBe(404);
});

async function audited() {
  return [
    ...(await server.database.sql`
      select actor, type, id, patient, matches from audit.entry where action = '$export' order by seq`),
  ];
}

/** The bytes as they come: `fetch` unpacks them. */
async function fetchRaw(url: string, headers: Record<string, string>): Promise<Buffer> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}
