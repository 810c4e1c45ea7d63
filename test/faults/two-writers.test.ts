import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkRecord } from '../support/check-record.ts';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { type FhirServer, startFhirServer } from '../support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});

afterAll(async () => {
  await server.close();
});

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] });

const trials = sized(400, 10_000);
const slots = 16;

/** Writers of one resource over and over, each time two or three that all name the version there is. */
async function contest(id: string, count: number): Promise<{ contents: string[]; refused: number }> {
  const contents: string[] = [];
  let refused = 0;
  let held: Record<string, string> = { 'If-None-Match': '*' };
  for (let trial = 0; trial < count; trial += 1) {
    const rivals = Array.from({ length: 2 + (trial % 2) }, (_, at) => `${id}-${trial}-${at}`);
    const answers = await Promise.all(rivals.map((family) => server.put(`Patient/${id}`, patient(id, family), held)));
    const winners = answers.filter(({ status }) => status < 300);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      trial === 0 ? 201 : 200,
      ...rivals.slice(1).map(() => 412),
    ]);
    contents.push(winners[0]?.text ?? '');
    refused += rivals.length - winners.length;
    held = { 'If-Match': winners[0]?.headers.get('ETag') ?? '' };
  }
  return { contents, refused };
}

it(
  'of writers that name the same version exactly one wins, the others hear 412',
  async () => {
    const ids = Array.from({ length: slots }, (_, at) => `match-${at}`);
    const contests = await Promise.all(ids.map((id) => contest(id, trials / slots)));
    const stored = await server.database.ownerSql<{ id: string; version: number; content: string }[]>`
      select id, version, content from record.resource where id like 'match-%'
      union all
      select id, version, content from record.history where id like 'match-%'
      order by version`;
    ids.forEach((id, at) => {
      expect(stored.filter((each) => each.id === id).map(({ content }) => content)).toEqual(contests[at]?.contents);
    });
    expect(stored).toHaveLength(trials);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
    const refused = contests.reduce((sum, each) => sum + each.refused, 0);
    tellFault('two-writers-of-one-version', { trials, won: stored.length, refused, versionsWithTwoWinners: 0 });
  },
  withinMs(120_000),
);

it(
  'writers that name no version all win, one after the other, and each version is the content of one',
  async () => {
    const rounds = sized(20, 100);
    const clients = 8;
    for (let round = 0; round < rounds; round += 1) {
      const id = `plain-${round}`;
      const answers = await Promise.all(
        Array.from({ length: clients }, (_, at) => server.put(`Patient/${id}`, patient(id, `w${at}`))),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
        ...Array<number>(clients - 1).fill(200),
        201,
      ]);
      const byVersion = new Map(answers.map(({ headers, text }) => [Number(headers.get('ETag')?.slice(3, -1)), text]));
      const stored = await server.database.ownerSql<{ version: number; content: string }[]>`
        select version, content from record.resource where id = ${id}
        union all
        select version, content from record.history where id = ${id}
        order by version`;
      expect(stored.map(({ version }) => version)).toEqual(Array.from({ length: clients }, (_, at) => at + 1));
      expect(stored.map(({ version }) => byVersion.get(version))).toEqual(stored.map(({ content }) => content));
    }
    tellFault('two-writers-without-a-version', { rounds, clients, written: rounds * clients, lost: 0 });
  },
  withinMs(120_000),
);
