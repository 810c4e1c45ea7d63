import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, parseJson, resourceToXml, stringifyJson, xmlToResource } from '#platform/fhir';
import { isStoredType } from '#platform/search';
import { type FhirServer, startFhirServer } from '../support/fhir-server.ts';
import { findDataFolder } from './data-folder.ts';
import { literalTree } from './roundtrip-suite.ts';

// Faults of the published examples themselves; docs/conformance.md tells each.
const knownFaults = new Set(['ImplementationGuide-fhir.json', 'Questionnaire-qs1.json']);

const folder = findDataFolder('r4-examples');
const asJson = { Accept: 'application/fhir+json' };
const asXml = { Accept: 'application/fhir+xml' };

type Example = { readonly name: string; readonly address: string; readonly text: string };

/** The examples that can be stored. Each gets an id of its own, since several share theirs. */
function readExamples(prefix: string): Example[] {
  const names = readdirSync(folder ?? '').filter((name) => name.endsWith('.json') && !knownFaults.has(name));
  return names.sort().flatMap((name, at) => {
    const resource = parseJson(readFileSync(join(folder ?? '', name), 'utf8').replace(/^\uFEFF/, ''));
    if (!isJsonObject(resource) || !isStoredType(String(resource['resourceType']))) return [];
    const id = `${prefix}-${at}`;
    resource['id'] = id;
    const type = String(resource['resourceType']);
    return [{ name, address: `${type}/${id}`, text: stringifyJson(resource) }];
  });
}

/** Everything but what the server adds: numbers by their digits, properties in any order. */
function contentOf(text: string): unknown {
  const resource = parseJson(text) as JsonObject; // as: what is read here are resources
  const { meta, ...rest } = literalTree(resource) as JsonObject; // as: a resource stays an object
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...others } = isJsonObject(meta) ? meta : {};
  return { ...rest, ...(Object.keys(others).length > 0 ? { meta: others } : {}) };
}

describe.skipIf(folder === undefined)('R4 examples over HTTP (need the data folder r4-examples)', () => {
  let server: FhirServer;
  beforeAll(async () => {
    server = await startFhirServer();
  });
  afterAll(() => server.close());

  it('stored as JSON are read as the same in XML', { timeout: 120_000 }, async () => {
    const examples = readExamples('json');
    const failures: string[] = [];
    for (const { name, address, text } of examples) {
      const stored = await server.put(address, text, asJson);
      const xml = await server.get(address, asXml);
      const isSame =
        xml.status === 200 &&
        isDeepStrictEqual(literalTree(xmlToResource(xml.text)), literalTree(parseJson(stored.text)));
      if (!isSame) failures.push(`${name}: ${stored.status}, then as XML ${xml.status}`);
    }
    expect(failures).toEqual([]);
    expect(examples.length).toBeGreaterThan(360);
  });

  it('stored as XML are read as the same in JSON', { timeout: 120_000 }, async () => {
    const failures: string[] = [];
    for (const { name, address, text } of readExamples('xml')) {
      const xml = resourceToXml(parseJson(text));
      const written = await server.put(address, xml, { ...asJson, 'Content-Type': 'application/fhir+xml' });
      const json = await server.get(address, asJson);
      const isSame = json.status === 200 && isDeepStrictEqual(contentOf(json.text), contentOf(text));
      if (!isSame) failures.push(`${name}: as XML ${written.status}, then ${json.status}`);
    }
    expect(failures).toEqual([]);
  });
});
