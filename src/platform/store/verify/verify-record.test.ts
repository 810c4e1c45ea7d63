import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import type { WriteRequest } from '../write-request.ts';
import { writeResources } from '../write-resources.ts';
import { verifyRecord } from './verify-record.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const patient = (id: string, family: string): WriteRequest => ({
  kind: 'update',
  type: 'Patient',
  target: id,
  resource: {
    resourceType: 'Patient',
    id,
    name: [{ family }],
    birthDate: '1980-01-01',
    identifier: [{ system: 'urn:x', value: id }],
  },
});
const condition = (id: string, subject: string): WriteRequest => ({
  kind: 'update',
  type: 'Condition',
  target: id,
  resource: {
    resourceType: 'Condition',
    id,
    subject: { reference: `Patient/${subject}` },
    onsetAge: { value: 40, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
    recordedDate: '2020-02-02',
  },
});

const write = (...requests: WriteRequest[]) =>
  writeResources({ sql: database.sql, now: () => new Date() }, { name: 'tester' }, requests);

async function verify(sample = 1): Promise<{ faults: string[]; resources: number }> {
  const faults: string[] = [];
  const resources = await verifyRecord(database.sql, { sample, onFault: (fault) => faults.push(fault) });
  return { faults: faults.sort(), resources };
}

/** Damages the record, looks at it, and puts it back. */
async function faultsAfter(damage: string): Promise<string[]> {
  const faults: string[] = [];
  await database.ownerSql
    .begin(async (sql) => {
      await sql.unsafe(damage);
      await verifyRecord(sql, { sample: 1, onFault: (fault) => faults.push(fault) });
      throw new Error('take it back');
    })
    .catch((error: Error) => expect(error.message).toBe('take it back'));
  return faults;
}

describe('the record checked against itself', () => {
  beforeAll(async () => {
    await write(patient('a', 'First'), patient('b', 'Other'), condition('c', 'a'));
    await write(patient('a', 'Second'));
    await write({ kind: 'delete', type: 'Patient', target: 'b' });
  });

  it('is as it should be after creates, updates and deletes', async () => {
    expect(await verify()).toEqual({ faults: [], resources: 2 });
  });

  it('is checked in part where asked', async () => {
    const many = Array.from({ length: 200 }, (_, at) => `part-${at}`);
    await write(...many.map((id) => patient(id, 'Part')));
    const { faults, resources } = await verify(0.25);
    expect(faults).toEqual([]);
    expect(resources).toBeGreaterThan(5); // buckets are drawn: 50 of 202 resources are to be expected
    expect(resources).toBeLessThan(150);
    await write(...many.map((id): WriteRequest => ({ kind: 'delete', type: 'Patient', target: id })));
  });

  const found = 'what it is found by is not what it says';
  it.each([
    [
      "delete from record.history where id = 'a'",
      ['Patient/a has versions {2}', 'Patient/a/1: change without its version'],
    ],
    ["delete from record.change where id = 'a' and version = 1", ['Patient/a/1: version without its change']],
    ["delete from audit.entry where id = 'c'", ['Condition/c/1: 0 audit records']],
    ["update record.resource set keys = '{1}' where id = 'a'", [`Patient/a/2: ${found}: keys`]],
    ["update record.resource set label = 'x' where id = 'a'", [`Patient/a/2: ${found}: label`]],
    ["update record.resource set date_lo = '1900-01-01Z' where id = 'a'", [`Patient/a/2: ${found}: date`]],
    ["update record.resource set strings = '' where id = 'a'", [`Patient/a/2: ${found}: texts`]],
    ["update record.resource set patient = 'b' where id = 'c'", [`Condition/c/1: ${found}: patient`]],
    ['delete from record.range_entry', [expect.stringMatching(/^Condition\/c\/1: .*: ranges$/)]],
    [
      'update record.range_entry set rid = -1',
      [expect.stringMatching(/: ranges$/), expect.stringContaining('entry of resource -1')],
    ],
    ['delete from record.identifier_entry', [`Patient/a/2: ${found}: identifier entries`]],
    [
      'update record.identifier_entry set key = 7',
      [`Patient/a/2: ${found}: identifier entries`, expect.stringContaining('which does not have it')],
    ],
    ["delete from record.locator where type = 'Condition'", ['Condition/c/1: its locator does not lead to it']],
    [
      "update record.resource set content = left(content, 40) where id = 'a'",
      ['Patient/a/2: the content cannot be read'],
    ],
    [
      "update record.history set content = replace(content, '\"Patient\"', '\"Person\"') where id = 'a'",
      ['Patient/a/1: the content says it is another resource, version or time'],
    ],
  ])('%s', async (damage, faults) => {
    const all = await faultsAfter(damage);
    expect([...new Set(all)].sort()).toEqual(faults);
  });
});
