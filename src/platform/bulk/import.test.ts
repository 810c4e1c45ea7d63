import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type BulkServer, startBulkServer } from '../../../test/support/bulk-server.ts';
import { type Answer, placesOf } from '../../../test/support/fhir-server.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';

let server: BulkServer;
let temporary: { path: string; remove: () => Promise<void> };

beforeAll(async () => {
  temporary = await makeTempFolder();
  const inside = join(temporary.path, 'inbox');
  await mkdir(join(inside, 'deep'), { recursive: true });
  await writeFile(join(temporary.path, 'secret.ndjson'), patients('secret', 1));
  await writeFile(join(inside, 'deep', 'some.ndjson'), patients('folder', 3));
  await writeFile(join(inside, 'notes.txt'), 'no');
  await symlink(join(temporary.path, 'secret.ndjson'), join(inside, 'link.ndjson'));
  server = await startBulkServer({
    actorOf: async ({ id, headers }) => ({ name: String(headers['x-actor'] ?? 'tester'), requestId: id }),
    bulk: { sources: { folder: inside, hosts: ['127.0.0.1:1'] }, uploadBytesAtMost: 200_000 },
  });
});
afterAll(async () => {
  await server.close();
  await temporary.remove();
});

function patients(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, at) => `{"resourceType":"Patient","id":"${prefix}-${at}"}\n`).join('');
}

async function upload(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  return server.send('POST', 'async', { body, headers: { 'Content-Type': 'application/fhir+ndjson', ...headers } });
}

async function startImport(...urls: string[]): Promise<Answer> {
  const input = urls.map((url) => ({ name: 'input', part: [{ name: 'url', valueUri: url }] }));
  return server.post('$import', { resourceType: 'Parameters', parameter: input }, { Prefer: 'respond-async' });
}

async function countOf(prefix: string): Promise<number> {
  const [row] = await server.database.sql<{ count: number }[]>`
    select count(*)::int as count from record.resource where starts_with(id, ${prefix})`;
  return row?.count ?? 0;
}

describe('$import', () => {
  it('stores what was uploaded, tells what was refused and why, and names itself in the audit trail', async () => {
    const wrong = '{"resourceType":"Patient","id":"wrong","gender":"purple"}\nno json\n';
    const uploaded = await upload(patients('up', 2) + wrong);
    expect(uploaded.status).toBe(201);
    const started = await startImport(uploaded.headers.get('location') ?? '');
    const manifest = await server.finished(started);
    expect(manifest).toMatchObject({
      request: `${server.baseUrl}/$import`,
      output: [],
      extension: { created: 2, updated: 0, unchanged: 0, refused: 2 },
    });
    const outcomes = await server.lines(manifest, 'error');
    expect(outcomes.flatMap(placesOf)).toContain('Patient.gender');
    expect(JSON.stringify(outcomes)).toContain('upload.ndjson#4');
    expect((await server.get('Patient?_id=up-0')).body['total']).toBe(1);
    const job = started.headers.get('content-location')?.split('/').at(-1) ?? '';
    const audited = await server.database.sql`
      select actor, action, id from audit.entry where request_id = ${job} order by id`;
    expect([...audited]).toEqual(['up-0', 'up-1'].map((id) => ({ actor: 'tester', action: 'PUT', id })));
  });

  it('tells ten thousand refusals one by one, and how many more there are', async () => {
    const uploaded = await upload('x\n'.repeat(10_003));
    const manifest = await server.finished(await startImport(uploaded.headers.get('location') ?? ''));
    expect(manifest['extension']).toMatchObject({ created: 0, refused: 10_003, refusalsNotTold: 3 });
    expect(await server.lines(manifest, 'error')).toHaveLength(10_000);
  });

  it('takes packed uploads, several files, and files below the import folder', async () => {
    const packed = await upload(gzipSync(patients('gz', 5)), { 'Content-Encoding': 'gzip' });
    const manifest = await server.finished(
      await startImport(packed.headers.get('location') ?? '', 'file:deep/some.ndjson'),
    );
    expect(manifest['extension']).toMatchObject({ created: 8, refused: 0 });
    expect(await countOf('folder-')).toBe(3);
    const again = await server.finished(await startImport('file:deep/some.ndjson'));
    expect(again['extension']).toMatchObject({ created: 0, skippedFiles: 1 });
  });

  it.each<[string, string]>([
    ['a file that is not there', 'file:absent.ndjson'],
    ['a file outside of the folder', 'file:../secret.ndjson'],
    ['a link that leads out of the folder', 'file:link.ndjson'],
    ['a file of another form', 'file:notes.txt'],
    ['a folder', 'file:deep'],
    ['a host that is not allowed', 'https://example.org/data.ndjson'],
    ['a host that is allowed, without https', 'http://127.0.0.1:1/data.ndjson'],
    ['an address of a file system', 'file:///etc/passwd'],
  ])('refuses %s', async (_what, url) => {
    const answer = await startImport(url);
    expect(answer.status).toBe(400);
    expect(placesOf(answer.body)).toEqual(["Parameters.parameter.where(name='input')[0]"]);
  });

  it('fails, and says so, where a file cannot be fetched', async () => {
    const started = await startImport('https://127.0.0.1:1/data.ndjson');
    await expect(server.finished(started)).rejects.toThrow('422');
  });

  it('is called by POST, with at least one file', async () => {
    expect((await server.get('$import')).status).toBe(405);
    expect((await startImport()).status).toBe(400);
  });

  it('takes no upload of somebody else', async () => {
    const uploaded = await upload(patients('mine', 1), { 'x-actor': 'other' });
    const location = uploaded.headers.get('location') ?? '';
    expect((await startImport(location)).status).toBe(400);
    expect((await server.delete(location)).status).toBe(404);
    expect((await server.delete(location, { 'x-actor': 'other' })).status).toBe(202);
  });
});

describe('an upload', () => {
  it.each<[string, number, string | Uint8Array, Record<string, string>]>([
    ['of another form', 415, '{}', { 'Content-Type': 'application/fhir+json' }],
    ['packed in another way', 415, '{}', { 'Content-Encoding': 'br' }],
    ['that is larger than is taken', 413, ' '.repeat(200_001), {}],
    ['that unpacks to more than is taken', 413, gzipSync(' '.repeat(400_000)), { 'Content-Encoding': 'gzip' }],
    ['that is no gzip', 400, 'no gzip', { 'Content-Encoding': 'gzip' }],
  ])('%s is refused with %i and leaves nothing behind', async (_what, status, body, headers) => {
    const before = await readdir(server.folder);
    const answer: { status: number; body: JsonObject } = await upload(body, headers);
    expect([answer.status, answer.body['resourceType']]).toEqual([status, 'OperationOutcome']);
    expect(await readdir(server.folder)).toEqual(before);
  });
});
