import { afterAll, beforeAll, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { checkRecord } from '../support/check-record.ts';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { type Answer, type FhirServer, startFhirServer } from '../support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});

afterAll(async () => {
  await server.close();
});

const counterOf = ({ body }: Answer): number => Number(body['multipleBirthInteger'] ?? 0);

/** Adds one to the counters of resources in one transaction, in the order given; false when another was faster. */
async function addOne(ids: readonly string[]): Promise<{ isDone: boolean; status: number }> {
  const current = await Promise.all(ids.map((id) => server.get(`Patient/${id}`)));
  const entry = ids.map((id, at) => ({
    resource: { resourceType: 'Patient', id, multipleBirthInteger: counterOf(current[at] as Answer) + 1 },
    request: { method: 'PUT', url: `Patient/${id}`, ifMatch: current[at]?.headers.get('ETag') },
  }));
  const { status } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  return { isDone: status === 200, status };
}

it(
  'transactions that change the same resources in opposite orders end well or are refused, and no change is lost',
  async () => {
    const ids = ['a', 'b', 'c'].map((name) => `opposite-${name}`);
    for (const id of ids) {
      await server.put(`Patient/${id}`, { resourceType: 'Patient', id, multipleBirthInteger: 0 });
    }
    const rounds = sized(60, 1_200);
    const statuses = new Map<number, number>();
    let done = 0;
    const writer = async (order: readonly string[]): Promise<void> => {
      for (let round = 0; round < rounds / 4; round += 1) {
        const { isDone, status } = await addOne(order);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        done += isDone ? 1 : 0;
      }
    };
    const [a = '', b = '', c = ''] = ids;
    await Promise.all([writer([a, b, c]), writer([c, b, a]), writer([b, a, c]), writer([c, a, b])]);
    expect([...statuses.keys()].filter((status) => ![200, 409, 412].includes(status))).toEqual([]);
    expect(done).toBeGreaterThan(0);
    for (const id of ids) {
      expect(counterOf(await server.get(`Patient/${id}`))).toBe(done);
    }
    tellFault('opposite-transactions', { transactions: rounds, done, refused: rounds - done, lostUpdates: 0 });
  },
  withinMs(120_000),
);

it(
  'a deadlock that another program brings about is got over',
  async () => {
    for (const id of ['deadlock-a', 'deadlock-b']) {
      await server.put(`Patient/${id}`, { resourceType: 'Patient', id });
    }
    const rows = await server.database.ownerSql<{ id: string }[]>`
      select id from record.resource where id like 'deadlock-%' order by bucket, type, id`; // as they are locked
    const ids = rows.map(({ id }) => id);
    const rounds = sized(2, 10);
    let victims = 0;
    for (let round = 0; round < rounds; round += 1) {
      let bundle: Promise<Answer> | undefined;
      // holds the second, and asks for the first once the Bundle has locked that and waits for the second
      await server.database.ownerSql
        .begin(async (sql) => {
          await sql`select 1 from record.resource where id = ${ids[1] ?? ''} for update`;
          bundle = server.post('', {
            resourceType: 'Bundle',
            type: 'transaction',
            entry: ids.map((id) => ({
              resource: { resourceType: 'Patient', id, multipleBirthInteger: round },
              request: { method: 'PUT', url: `Patient/${id}` },
            })),
          });
          await waitForLock();
          await sql`select 1 from record.resource where id = ${ids[0] ?? ''} for update`;
        })
        .catch((error: Error & { code?: string }) => {
          expect(error.code).toBe('40P01');
          victims += 1;
        });
      expect((await bundle)?.status).toBe(200);
      for (const id of ids) {
        expect((await server.get(`Patient/${id}`)).body['multipleBirthInteger']).toBe(round);
      }
    }
    tellFault('deadlocks', { rounds, otherWasTheVictim: victims, oursWasTheVictim: rounds - victims, lost: 0 });
  },
  withinMs(120_000),
);

async function waitForLock(): Promise<void> {
  const isWaiting = async (): Promise<boolean> => {
    const rows = await server.database.ownerSql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length > 0;
  };
  await expect.poll(isWaiting, { timeout: 20_000, interval: 10 }).toBe(true);
}

it(
  'of single writes that share a statement only the one that cannot be stored fails',
  async () => {
    const rounds = sized(5, 50);
    const atOnce = 48;
    // what the database itself refuses stands for any row that cannot be stored
    await server.database.ownerSql.unsafe(`
      create function public.refuse_poison() returns trigger language plpgsql as $$
      begin
        if new.content like '%poisoned%' then raise exception 'poisoned' using errcode = '22000'; end if;
        if new.content like '%unlucky%' and random() < 0.1 then raise exception 'unlucky' using errcode = '40001'; end if;
        return new;
      end $$;
      create trigger refuse_poison before insert or update on record.resource
        for each row execute function public.refuse_poison();`);
    const counted = { rounds, stored: 0, refused: 0, lost: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const families = Array.from({ length: atOnce }, (_, at) =>
        at === 17 ? 'poisoned' : at % 9 === 0 ? `unlucky${round}-${at}` : `fine${round}-${at}`,
      );
      const answers = await Promise.all(
        families.map((family, at) => {
          const id = `group-${round}-${at}`;
          const resource: JsonObject = { resourceType: 'Patient', name: [{ family }] };
          return at % 2 === 0 ? server.post('Patient', resource) : server.put(`Patient/${id}`, { ...resource, id });
        }),
      );
      expect(answers.flatMap(({ status }, at) => (status === 201 ? [] : [[at, status]]))).toEqual([[17, 500]]);
      for (const [at, { body }] of answers.entries()) {
        if (at !== 17) {
          const [name] = Array.isArray(body['name']) ? body['name'].filter(isJsonObject) : [];
          expect(name?.['family']).toBe(families[at]);
        }
      }
      counted.stored += atOnce - 1;
      counted.refused += 1;
    }
    await server.database.ownerSql.unsafe('drop trigger refuse_poison on record.resource');
    const [row] = await server.database.ownerSql<{ count: number }[]>`
      select count(*)::int as count from record.resource where content like '%fine%' or content like '%unlucky%'`;
    expect(row?.count).toBe(counted.stored);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
    tellFault('one-bad-write-in-a-group', counted);
  },
  withinMs(120_000),
);
