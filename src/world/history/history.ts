import type {
  AllergyIntolerance,
  Condition,
  DocumentReference,
  Encounter,
  Immunization,
  MedicationRequest,
  MedicationStatement,
  Observation,
  Procedure,
} from '@medplum/fhirtypes';
import { type Day, yearsBetween } from '#platform/days';
import type { Person } from '../people.ts';
import { createRandom, type Random } from '../random.ts';
import type { Registry } from '../registry.ts';

export type ClinicalResource = (
  | AllergyIntolerance
  | Condition
  | DocumentReference
  | Encounter
  | Immunization
  | MedicationRequest
  | MedicationStatement
  | Observation
  | Procedure
) & { id: string };

/** A chronic disease somebody has, with the resource that says so. */
export type Illness = {
  readonly code: string;
  readonly onset: Day;
  readonly reference: { readonly reference: string };
};

/** What a person's history is asked to have or not to have; the demo people need it. */
export type HistoryWishes = {
  /** ICD-10 code to age at onset in years. */
  readonly illnesses?: Readonly<Record<string, number>>;
  readonly onlyWishedIllnesses?: boolean;
  /** Due date of a pregnancy going on. */
  readonly pregnantUntil?: Day;
  readonly notPregnant?: boolean;
  /** Dose series from which nothing is given. */
  readonly missingSeries?: readonly string[];
  /** All doses on their day, none refused. */
  readonly punctualVaccines?: boolean;
  readonly allergies?: readonly string[];
};

/** A person's record while it is written. Nothing in it lies before `birth` or after `end`. */
export type History = {
  readonly person: Person;
  readonly random: Random;
  readonly registry: Registry;
  readonly today: Day;
  /** Today, or the day of death. */
  readonly end: Day;
  readonly wishes: HistoryWishes;
  readonly resources: ClinicalResource[];
  readonly illnesses: Illness[];
  /** Steady differences of this person from the mean, by measurement. */
  readonly traits: Map<string, number>;
  readonly subject: { readonly reference: string };
  /** The next id of a kind of resource. */
  readonly nextId: (letter: string) => string;
};

export function createHistory(
  person: Person,
  registry: Registry,
  today: Day,
  seed: string,
  wishes: HistoryWishes,
): History {
  const counts = new Map<string, number>();
  return {
    person,
    registry,
    today,
    wishes,
    random: createRandom(`${seed}/history/${person.id}`),
    end: person.death ?? today,
    resources: [],
    illnesses: [],
    traits: new Map(),
    subject: { reference: `Patient/${person.id}` },
    nextId: (letter) => {
      const count = (counts.get(letter) ?? 0) + 1;
      counts.set(letter, count);
      return `${person.id}-${letter}${count}`;
    },
  };
}

export const ageOn = (history: History, day: Day): number => yearsBetween(history.person.birth, day);

/** Days of the last years, never before birth. */
export const since = (history: History, years: number): Day =>
  Math.max(history.person.birth, Math.min(history.end, history.today) - Math.round(years * 365.25));

export const hasIllness = (history: History, code: string): boolean =>
  history.illnesses.some((illness) => illness.code === code);
