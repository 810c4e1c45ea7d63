import type { Patient, RelatedPerson } from '@medplum/fhirtypes';
import { type Day, toDay } from '#platform/days';
import { AppError } from '#platform/errors';
import { demoFamily, demoRegistry } from './demo-cast.ts';
import type { ClinicalResource } from './history/history.ts';
import { writeHistory } from './history/write-history.ts';
import { patientResources } from './patient-resources.ts';
import { drawFamily, mostFamilies } from './people.ts';
import { buildRegistry, type RegistryResource, registryResources } from './registry.ts';

/** One resource of the seed country: a plain R4 object with its id, to be stored under that id. */
export type WorldItem = RegistryResource | ((Patient | RelatedPerson) & { id: string }) | ClinicalResource;

export type WorldOptions = {
  /** How many people at least; the last family is always whole. The registry comes on top. */
  readonly people: number;
  /** Another text gives another country with the same institutions. */
  readonly seed?: string;
  /** The day on which the histories end, `YYYY-MM-DD`. */
  readonly today: string;
};

/**
 * The seed country as a stream of constant memory: places, institutions and staff first, then the demo people, then
 * family by family each person followed by the person's record. Every resource says that it is worded in Azerbaijani.
 * Equal options give equal resources; a person does not depend on `people`. A reference may point forward within a
 * family. Throws `world.invalid-options` and `world.too-many-people`.
 */
export function* generateWorld(options: WorldOptions): Generator<WorldItem> {
  for (const { resourceType, id, ...rest } of drawWorld(options)) {
    yield { resourceType, id, language: 'az', ...rest } as WorldItem; // as: the union is lost in taking it apart
  }
}

function* drawWorld({ people, seed = 'vsis', today }: WorldOptions): Generator<WorldItem> {
  const day = readDay(today);
  if (!Number.isInteger(people) || people < 0)
    throw new AppError('invalid', 'world.invalid-options', 'people must be a whole number.');
  const registry = demoRegistry(buildRegistry());
  yield* registryResources(registry);
  let count = 0;
  for (const { person, wishes } of people === 0 ? [] : demoFamily(registry, day)) {
    yield* patientResources(person, day);
    yield* writeHistory(person, registry, day, 'demo', wishes);
    count += 1;
  }
  for (let family = 0; count < people; family += 1) {
    if (family >= mostFamilies)
      throw new AppError('invalid', 'world.too-many-people', `The seed country ends at ${mostFamilies} families.`);
    for (const person of drawFamily(seed, family, registry, day)) {
      yield* patientResources(person, day);
      yield* writeHistory(person, registry, day, seed);
      count += 1;
    }
  }
}

function readDay(today: string): Day {
  if (!/^\d{4}-\d\d-\d\d$/.test(today))
    throw new AppError('invalid', 'world.invalid-options', 'today must be a date like 2026-03-05.');
  return toDay(today);
}
