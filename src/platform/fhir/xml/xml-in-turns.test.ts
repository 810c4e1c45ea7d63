import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { resourceToXml } from './resource-to-xml.ts';
import { xmlToResource, xmlToResourceInTurns } from './xml-to-resource.ts';

const div = `<div xmlns="http://www.w3.org/1999/xhtml"><p>${'🙂ə'.repeat(30_000)}</p></div>`;
const entry = Array.from({ length: 300 }, (_, at) => ({
  fullUrl: `urn:uuid:${at}`,
  resource: {
    resourceType: 'Patient',
    text: { status: 'generated', div: at % 100 === 0 ? div : '' },
    name: [{ text: `🙂${at}` }],
  },
}));
const xml = resourceToXml({ resourceType: 'Bundle', type: 'collection', entry });

it('a document read in turns is the same', async () => {
  expect(await xmlToResourceInTurns(xml)).toEqual(xmlToResource(xml));
});

it('others have their turn while a large document is read', async () => {
  let turns = 0;
  let isRead = false;
  const reading = xmlToResourceInTurns(xml).then(() => (isRead = true));
  while (!isRead) {
    await setImmediate();
    turns += 1;
  }
  await reading;
  expect(turns).toBeGreaterThan(3);
});

it('more elements than memory should hold are refused', async () => {
  const many = `<Patient xmlns="http://hl7.org/fhir">${'<a/>'.repeat(1_000_000)}</Patient>`;
  await expect(xmlToResourceInTurns(many)).rejects.toThrow(expect.objectContaining({ code: 'fhir.xml-too-large' }));
}, 60_000);
