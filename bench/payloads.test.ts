import { describe, expect, it } from 'vitest';
import { validateResource } from '#platform/fhir';
import { chartBundle, chartShape, chartSize, creationBundle } from './chart-bundle.ts';
import {
  familyName,
  measurements,
  observationPayload,
  organizationPayload,
  type Payload,
  patientPayload,
  peoplePerFamily,
  practitionerPayload,
} from './payloads.ts';

const id = '0190f3c5-0000-7000-8000-000000000000';
const performers = { practitioner: `Practitioner/${id}`, organization: `Organization/${id}` };
const observation = (number: number): Payload =>
  observationPayload({
    number,
    subject: `Patient/${id}`,
    performers,
    measurement: measurements[number % measurements.length] ?? measurements[0] ?? failNoMeasurement(),
  });

function failNoMeasurement(): never {
  throw new Error('There are no measurements.');
}

const bytes = (payload: Payload): number => Buffer.byteLength(JSON.stringify(payload));
const numbers = Array.from({ length: 60 }, (_, at) => at * 37);

describe('payloads', () => {
  it('are valid FHIR R4', () => {
    const all = numbers.flatMap((number) => [
      patientPayload({ tag: 'aa', number }),
      patientPayload({ tag: 'aa', number, id, revision: number }),
      observation(number),
    ]);
    for (const payload of [
      ...all,
      practitionerPayload,
      organizationPayload,
      chartBundle({ tag: 'aa', number: 5 }, performers),
    ]) {
      expect(validateResource(payload)).toEqual([]);
    }
  });

  it('are the same for the same number, and others for another', () => {
    expect(patientPayload({ tag: 'aa', number: 4 })).toEqual(patientPayload({ tag: 'aa', number: 4 }));
    expect(observation(4)).toEqual(observation(4));
    expect(chartBundle({ tag: 'aa', number: 4 }, performers)).toEqual(
      chartBundle({ tag: 'aa', number: 4 }, performers),
    );
    expect(new Set(numbers.map((number) => JSON.stringify(patientPayload({ tag: 'aa', number })))).size).toBe(
      numbers.length,
    );
    expect(new Set(numbers.map((number) => JSON.stringify(observation(number)))).size).toBe(numbers.length);
  });

  it('have the sizes that the figures speak of', () => {
    for (const number of numbers) {
      expect(bytes(patientPayload({ tag: 'aa', number }))).toSatisfy((size) => size > 1350 && size < 1650);
      expect(bytes(observation(number))).toSatisfy((size) => size > 1200 && size < 1500);
    }
    expect(bytes(chartBundle({ tag: 'aa', number: 9 }, performers))).toSatisfy(
      (size) => size > 100_000 && size < 150_000,
    );
  });

  it('change with each revision of a patient', () => {
    const texts = [0, 1, 2].map((revision) => JSON.stringify(patientPayload({ tag: 'aa', number: 3, id, revision })));
    expect(new Set(texts).size).toBe(3);
  });
});

describe('familyName', () => {
  it('is shared by a fixed number of people, and none begins another', () => {
    const names = Array.from({ length: 40 * peoplePerFamily }, (_, number) => familyName('aa', number));
    const families = [...new Set(names)];
    expect(families).toHaveLength(40);
    for (const family of families) {
      expect(names.filter((name) => name.startsWith(family))).toHaveLength(peoplePerFamily);
    }
  });

  it('differs from that of another run', () => {
    expect(familyName('aa', 0)).not.toBe(familyName('ab', 0));
    expect(familyName('aan', 0).startsWith(familyName('aa', 0))).toBe(false);
  });
});

type Entry = { readonly fullUrl: string; readonly resource: Payload };

describe('chartBundle', () => {
  const { entry } = chartBundle({ tag: 'aa', number: 7 }, performers) as unknown as { entry: readonly Entry[] };

  it('holds 100 resources in the announced mixture', () => {
    expect(chartSize).toBe(100);
    const counts = Object.groupBy(entry, ({ resource }) => resource.resourceType);
    expect(Object.fromEntries(Object.entries(counts).map(([type, list]) => [type, list?.length]))).toEqual(chartShape);
  });

  it('has an address of its own for each entry, and every reference within it leads to one', () => {
    const addresses = new Set(entry.map(({ fullUrl }) => fullUrl));
    expect(addresses.size).toBe(entry.length);
    const references = JSON.stringify(entry).matchAll(/"reference":"(urn:uuid:[^"]+)"/g);
    const targets = [...references].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(99);
    expect(targets.filter((target) => target === undefined || !addresses.has(target))).toEqual([]);
  });

  it('can be told from a bundle that only creates', () => {
    const bundle = creationBundle([practitionerPayload], 1);
    expect(validateResource(bundle)).toEqual([]);
    expect(bundle['entry']).toHaveLength(1);
  });
});
