import type { Day } from '#platform/days';
import type { Person } from '../people.ts';
import type { Registry } from '../registry.ts';
import { writeAcuteIllnesses } from './acute.ts';
import { writeAllergies } from './allergies.ts';
import { writeAdultCheckups, writeChildCheckups } from './checkups.ts';
import { writeChronicIllnesses } from './chronic.ts';
import { writeDeath } from './death.ts';
import { type ClinicalResource, createHistory, type HistoryWishes, since } from './history.ts';
import { writeOwnBirth, writePregnancies } from './maternity.ts';
import { addOwnMedicine } from './medicines.ts';
import { writeVaccinations } from './vaccinations.ts';

/** Everything the record holds about a person's health, from birth or the last years to today or death. */
export function writeHistory(
  person: Person,
  registry: Registry,
  today: Day,
  seed: string,
  wishes: HistoryWishes = {},
): readonly ClinicalResource[] {
  const history = createHistory(person, registry, today, seed, wishes);
  writeOwnBirth(history);
  writeVaccinations(history);
  writeAllergies(history);
  writeChronicIllnesses(history);
  writePregnancies(history);
  writeChildCheckups(history);
  writeAdultCheckups(history);
  writeAcuteIllnesses(history);
  const asked = since(history, 1);
  if (history.random.chance(0.08) && asked - person.birth > 18 * 366 && asked < history.end)
    addOwnMedicine(history, asked);
  writeDeath(history);
  return history.resources;
}
