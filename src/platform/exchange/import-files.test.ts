import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#platform/store';
import { checkRecord } from '../../../test/support/check-record.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { exportRecord } from './export-record.ts';
import { type ImportOptions, importFiles } from './import-files.ts';
import type { Refusal } from './load-item.ts';

const actor = { name: 'test' };
let database: TestDatabase;
let store: Store;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
  folder = await mkdtemp(join(tmpdir(), 'vsis-import-'));
});
afterAll(() => database.drop());

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function load(paths: string[], options: Partial<ImportOptions> = {}) {
  const refused: Refusal[] = [];
  const summary = await importFiles(store, actor, paths, { onRefused: (each) => void refused.push(each), ...options });
  return { summary, refused };
}

async function contentOf(type: string, id: string): Promise<string | undefined> {
  const [row] = await database.sql<{ content: string }[]>`
    select content from record.resource where type = ${type} and id = ${id}`;
  return row?.content;
}

const patientUuid = '7f1c1f9e-0f5f-4a9b-8b3e-0a4d6f5f1a01';
const observationUuid = '7f1c1f9e-0f5f-4a9b-8b3e-0a4d6f5f1a02';
const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'glucose' },
  subject: { reference: `urn:uuid:${patientUuid}` },
};
const transaction = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: `urn:uuid:${observationUuid}`,
      resource: observation,
      request: { method: 'POST', url: 'Observation' },
    },
    {
      fullUrl: `urn:uuid:${patientUuid}`,
      resource: { resourceType: 'Patient', gender: 'female' },
      request: { method: 'POST', url: 'Patient' },
    },
  ],
};

describe('importing files', () => {
  it('unpacks a transaction Bundle under the ids of its fullUrls, with its references resolved', async () => {
    const path = await write('bundle.json.gz', transaction);
    const { summary } = await load([path]);
    expect(summary).toMatchObject({ created: 2, refused: 0 });
    expect(await contentOf('Observation', observationUuid)).toContain(`"reference":"Patient/${patientUuid}"`);
  });

  it('changes nothing the second time, whether it skips the file or reads it again', async () => {
    const path = await write('twice.json', transaction);
    await load([path]);
    const changes = await countChanges();
    expect((await load([path])).summary).toMatchObject({ skippedFiles: 1, created: 0, updated: 0 });
    expect((await load([path], { again: true })).summary).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
    expect(await countChanges()).toBe(changes);
  });

  it('stores a resource of its own, NDJSON line by line, and keeps decimals as written', async () => {
    const single = await write(
      'one.json',
      '{"resourceType":"Observation","id":"exact","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}',
    );
    const lines = await write(
      'many.ndjson',
      '{"resourceType":"Patient","id":"n1"}\n\n{"resourceType":"Patient","id":"n2"}\n',
    );
    expect((await load([single, lines])).summary).toMatchObject({ created: 3, refused: 0 });
    expect(await contentOf('Observation', 'exact')).toContain('"value":1.10');
  });

  it('refuses what is not valid by itself, says why, and takes the rest', async () => {
    const path = await write(
      'mixed.ndjson',
      [
        '{"resourceType":"Patient","id":"good"}',
        '{"resourceType":"Patient","id":"bad","gender":"purple"}',
        '{"resourceType":"Patient","id":"worse","unknown":1}',
        'no json',
        '{"resourceType":"Nothing","id":"x"}',
      ].join('\n'),
    );
    const { summary, refused } = await load([path]);
    expect(summary).toMatchObject({ created: 1, refused: 4 });
    expect(refused.map((each) => each.origin)).toEqual([2, 3, 4, 5].map((line) => `mixed.ndjson#${line}`));
    expect(refused[0]?.issues[0]?.expression).toBe('Patient.gender');
    expect(refused[1]?.issues[0]?.expression).toBe('Patient.unknown');
  });

  it('names the place of a resource that only the record can refuse', async () => {
    const observation = (id: string, reference: string): string =>
      JSON.stringify({ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject: { reference } });
    const path = await write(
      'conditional.ndjson',
      [
        observation('c1', 'Patient/good'),
        observation('c2', 'Patient?identifier=nobody-has-this'),
        observation('c3', 'Patient/good'),
      ].join('\n'),
    );
    const { summary, refused } = await load([path]);
    expect(summary).toMatchObject({ created: 2, refused: 1 });
    expect(refused.map((each) => [each.origin, each.issues[0]?.expression])).toEqual([
      ['conditional.ndjson#2', 'Observation.subject'],
    ]);
  });

  it('refuses an entry that refers to no entry of its Bundle', async () => {
    const path = await write('dangling.json', { ...transaction, entry: transaction.entry.slice(0, 1) });
    const { refused } = await load([path]);
    expect(refused[0]?.issues[0]?.expression).toBe('Observation.subject');
  });

  it('keeps documents and requests without resources as the Bundles they are', async () => {
    const path = await write('request.json', {
      resourceType: 'Bundle',
      id: 'only-requests',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient/1' } }],
    });
    expect((await load([path])).summary).toMatchObject({ created: 1, refused: 0 });
    expect(await contentOf('Bundle', 'only-requests')).toBeDefined();
  });

  it('reads XML as it reads JSON, Bundles unpacked and decimals as written', async () => {
    const entry = (fullUrl: string, resource: string) =>
      `<entry><fullUrl value="${fullUrl}"/><resource>${resource}</resource><request><method value="POST"/><url value="x"/></request></entry>`;
    const uuid = (last: number) => `9d1c1f9e-0f5f-4a9b-8b3e-0a4d6f5f1a0${last}`;
    const path = await write(
      'bundle.xml',
      `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/>${entry(`urn:uuid:${uuid(1)}`, '<Patient/>')}${entry(
        `urn:uuid:${uuid(2)}`,
        `<Observation><status value="final"/><code><text value="x"/></code><subject><reference value="urn:uuid:${uuid(1)}"/></subject><valueQuantity><value value="2.50"/></valueQuantity></Observation>`,
      )}</Bundle>`,
    );
    expect((await load([path])).summary).toMatchObject({ created: 2, refused: 0 });
    const stored = await contentOf('Observation', uuid(2));
    expect(stored).toContain('"value":2.50');
    expect(stored).toContain(`"reference":"Patient/${uuid(1)}"`);
  });

  it('stores the same when threads prepare, refused and known resources in between', async () => {
    const line = (at: number) => {
      const id = `t${at % 1800}`; // the last ones are there already
      const code = at % 7 === 0 ? '"code":7' : '"code":{"text":"x"},"valueQuantity":{"value":1.10}';
      return `{"resourceType":"Observation","id":"${id}","status":"final",${code}}`;
    };
    const path = await write('threads.ndjson', Array.from({ length: 2000 }, (_, at) => line(at)).join('\n'));
    const bundle = await write('threads.json', { ...transaction, entry: transaction.entry.slice(0, 1) });
    const steps: number[] = [];
    const { summary, refused } = await load([path, bundle], {
      threads: 2,
      again: true,
      onProgress: ({ doneBytes }) => void steps.push(doneBytes),
    });
    const wrong = Array.from({ length: 2000 }, (_, at) => at).filter((at) => at % 7 === 0);
    expect(refused.map((each) => each.origin)).toEqual([
      ...wrong.map((at) => `threads.ndjson#${at + 1}`),
      'threads.json#1',
    ]);
    expect(refused[0]?.resource?.['code']).toBe(7);
    const again = Array.from({ length: 200 }, (_, at) => at + 1800).filter((at) => at % 7 !== 0);
    const fresh = again.filter((at) => (at - 1800) % 7 === 0).length; // the first one of that id was refused
    expect(summary).toMatchObject({
      created: 1800 - Math.ceil(1800 / 7) + fresh,
      unchanged: again.length - fresh,
      refused: wrong.length + 1,
    });
    expect(await contentOf('Observation', 't1')).toContain('"value":1.10');
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(await checkRecord(database.ownerSql)).toEqual([]);
  });

  it('refuses a line that is no UTF-8 and takes those around it', async () => {
    const path = join(folder, 'broken.ndjson');
    const good = (id: string) => `{"resourceType":"Patient","id":"${id}"}\n`;
    await writeFile(
      path,
      Buffer.concat([Buffer.from(good('u1')), Buffer.from([0x22, 0xff, 0x0a]), Buffer.from(good('u2'))]),
    );
    const { summary, refused } = await load([path]);
    expect(summary).toMatchObject({ created: 2, refused: 1 });
    expect(refused[0]?.origin).toBe('broken.ndjson#2');
  });

  it('says which file is missing', async () => {
    await expect(load([join(folder, 'absent.json')])).rejects.toMatchObject({ code: 'exchange.no-such-file' });
  });

  it('refuses a file that is cut off', async () => {
    const path = await write('cut.json', '{"resourceType":"Bundle","type":"collection","entry":[{"resource"');
    const { refused } = await load([path]);
    expect(refused).toHaveLength(1);
  });
});

describe('exporting the record', () => {
  it('gives what an empty record takes back byte for byte, versions and times included', async () => {
    const first = join(folder, 'first');
    await exportRecord(store, first);
    const other = await createTestDatabase();
    try {
      const copy: Store = { sql: other.sql, now: () => new Date('2030-01-01T00:00:00Z') };
      const { refused } = await importFiles(copy, actor, [first], { keepVersions: true, onRefused: () => undefined });
      expect(refused).toBe(0);
      const second = join(folder, 'second');
      await exportRecord(copy, second);
      expect(await readAll(second)).toEqual(await readAll(first));
    } finally {
      await other.drop();
    }
  });

  it('leaves nothing out of a type that takes several pages', async () => {
    const count = 2345;
    const lines = Array.from(
      { length: count },
      (_, at) => `{"resourceType":"Basic","id":"b${at}","code":{"text":"x"}}`,
    );
    await load([await write('pages.ndjson', lines.join('\n'))]);
    const path = join(folder, 'pages');
    await exportRecord(store, path, { types: ['Basic'] });
    const [text = ''] = [...(await readAll(path)).values()];
    const ids = text
      .trim()
      .split('\n')
      .map((line) => /"id":"(b\d+)"/.exec(line)?.[1]);
    expect(ids).toEqual(lines.map((_, at) => `b${at}`));
  });

  it('leaves versions and times out where asked, so that records of different age compare equal', async () => {
    const path = join(folder, 'plain');
    await exportRecord(store, path, { withoutVersions: true, types: ['Patient'], gzip: false });
    const [lines = ''] = [...(await readAll(path)).values()];
    expect(lines).not.toContain('lastUpdated');
    expect(lines).toContain('"id":"good"');
  });
});

async function countChanges(): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from record.change`;
  return row?.count ?? 0;
}

async function readAll(path: string): Promise<Map<string, string>> {
  const names = (await readdir(path)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const)),
  );
}
