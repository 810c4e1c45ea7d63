import type { JsonObject } from '#platform/fhir';
import { seedWorld } from '../../src/seed-world.ts';
import { createTestDatabase } from './database.ts';

/** Resources of each type of the seed country, `each` of a type at most. */
export async function sampleOfWorld(each: number): Promise<JsonObject[]> {
  const world = await createTestDatabase();
  const store = { sql: world.sql, now: () => new Date() };
  await seedWorld(store, { people: 3, seed: 'sample', today: '2026-11-23' }, () => undefined);
  const rows = await world.sql<{ content: string }[]>`
    select content from (select content, row_number() over (partition by type order by rid) as place from record.resource)
    where place <= ${each}`;
  await world.drop();
  return rows.map(({ content }) => JSON.parse(content));
}
