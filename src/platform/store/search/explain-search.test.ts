import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '#platform/search';
import { type FhirServer, startFhirServer } from '../../../../test/support/fhir-server.ts';
import { explainSearch } from './explain-search.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
  for (const family of ['Əliyeva', 'Həsənov', 'Quliyeva']) {
    await server.create({ resourceType: 'Patient', name: [{ family }] });
  }
});

afterAll(() => server.close());

const explain = (query: string, analyze: boolean) =>
  explainSearch(server.database.sql, parseSearch('Patient', new URLSearchParams(query)), { analyze });

describe('the statements of a search', () => {
  it('are shown with their plans and without values, and nothing is read', async () => {
    const [page, ...others] = await explain('name=aliyeva&_count=1&_total=accurate', false);
    expect(others).toEqual([]);
    expect(page?.text).toContain('record.resource');
    expect(page?.text).not.toContain('aliyeva');
    expect(page?.values).toBeGreaterThan(1);
    expect(page?.plan.join('\n')).toMatch(/cost=[\d.]+/);
    expect(page?.plan.join('\n')).not.toMatch(/actual/);
  });

  it('are all there, with times and rows, when the search is carried out', async () => {
    const statements = await explain('name=liyev&_count=1&_total=accurate', true);
    const more = await explain('_count=1&_total=accurate', true);
    expect(statements).toHaveLength(1);
    expect(more).toHaveLength(2); // the page is full, so that the matches are counted
    for (const { plan } of more) expect(plan.join('\n')).toMatch(/actual[\s\S]*Execution Time/);
  });
});
