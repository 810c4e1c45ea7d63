import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId, type Store } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { prepareWrite } from './prepare-write.ts';
import { writeCreate } from './write-create.ts';
import { type PreparedWrite, writeRows } from './write-rows.ts';
import { toStep } from './write-step.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date('2026-01-01T00:00:00Z') };
});
afterAll(() => database.drop());

const actor = { name: 'writer', requestId: 'request' };

function prepare(resource: { resourceType: string }): PreparedWrite {
  const step = toStep({ kind: 'create', type: resource.resourceType, resource }, undefined);
  step.id = newId(77);
  step.bucket = 77;
  return prepareWrite(store, step, {});
}

/** All that was stored of a resource, without what differs between two. */
async function stored({ id }: PreparedWrite): Promise<unknown> {
  const [row] = await database.sql`
    select to_jsonb(r) - '{id,rid,self,content,patient,patient_key}'::text[] as resource, r.patient = r.id as own,
      r.patient, r.patient_key::text as patient_key, replace(r.content, r.id, '') as content,
      (select jsonb_agg(to_jsonb(e) - 'rid' order by e.parameter, e.lo) from record.range_entry e where e.rid = r.rid)
        as ranges,
      (select jsonb_agg(to_jsonb(c) - '{id,seq,transaction,patient}'::text[]) from record.change c where c.id = r.id)
        as changes,
      (select jsonb_agg(to_jsonb(a) - '{id,seq,at,patient}'::text[]) from audit.entry a where a.id = r.id) as audited
    from record.resource r
    where r.id = ${id}`;
  const { patient, patient_key: key, own, ...rest } = row ?? {};
  return own ? rest : { ...rest, patient, key };
}

it.each([
  [
    {
      resourceType: 'Patient',
      name: [{ family: 'O\'Əliyev \\ "x"' }],
      birthDate: '0001-01-01',
      identifier: [{ value: '{1,2}' }],
    },
  ],
  [
    {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'urn:c', code: 'c' }], text: 'mətn' },
      subject: { reference: 'Patient/p' },
      effectivePeriod: { start: '2024' },
      valueQuantity: { value: 5, unit: 'kg', comparator: '<' },
      component: [{ code: { text: 'x' }, valueQuantity: { value: 1 } }],
    },
  ],
  [{ resourceType: 'Organization', name: 'Adsız' }],
  [{ resourceType: 'Basic', code: { text: 'nothing to find' } }],
])('stores %j as the statement for any writes does', async (resource) => {
  const [one, other] = [prepare(resource), prepare(resource)];
  await writeCreate(database.sql, one, actor);
  await writeRows(database.sql, [other], actor);
  expect(await stored(one)).toEqual(await stored(other));
  expect(await stored(one)).toMatchObject({
    changes: [{ method: 'POST', version: 1 }],
    audited: [{ actor: 'writer', request_id: 'request' }],
  });
});

it('leaves nothing where a part of it fails', async () => {
  const write = prepare({ resourceType: 'Location' });
  await writeCreate(database.sql, write, actor);
  await expect(writeCreate(database.sql, write, actor)).rejects.toMatchObject({ code: '23505' });
  const [row] = await database.sql`select count(*) as changes from record.change where id = ${write.id}`;
  expect(row?.['changes']).toBe(1);
});
