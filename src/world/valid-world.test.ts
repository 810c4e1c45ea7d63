import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toIsoDate } from '#platform/days';
import { parseJson, validateResource } from '#platform/fhir';
import { generateWorld } from './generate-world.ts';

/** Any day from 2024 to 2032, the last of February among them. */
const days = fc.oneof(
  fc.integer({ min: 19_723, max: 23_000 }).map(toIsoDate),
  fc.constantFrom('2024-02-29', '2028-02-29', '2026-12-31'),
);
const seeds = fc.string({ unit: fc.constantFrom(...'abc123') });

describe('the resources of the seed country', () => {
  it('are valid R4, every one', () => {
    const found: string[] = [];
    for (const resource of generateWorld({ people: 120, today: '2026-11-23' })) {
      const [issue] = validateResource(parseJson(JSON.stringify(resource)));
      if (issue !== undefined) found.push(`${resource.resourceType}/${resource.id} ${issue.expression} ${issue.text}`);
    }
    expect(found).toEqual([]);
  });

  it('are valid for any seed and day, and say nothing of the days to come', () => {
    const clinical = new Set([
      'Encounter',
      'Condition',
      'Observation',
      'Immunization',
      'MedicationRequest',
      'Procedure',
      'DocumentReference',
    ]);
    const dates =
      /"(?:start|effectiveDateTime|occurrenceDateTime|recordedDate|authoredOn|date|abatementDateTime)":"(\d{4}-\d\d-\d\d)/g;
    fc.assert(
      fc.property(seeds, days, (seed, today) => {
        for (const resource of generateWorld({ people: 25, seed, today })) {
          if (!clinical.has(resource.resourceType)) continue;
          const text = JSON.stringify(resource);
          expect(validateResource(parseJson(text))).toEqual([]);
          for (const [, date = ''] of text.matchAll(dates)) expect(date <= today, `${resource.id} ${date}`).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  });
});
