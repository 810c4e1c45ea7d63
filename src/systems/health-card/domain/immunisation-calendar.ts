import { addMonths, type Day, toDay, toIsoDate } from '#platform/days';
import {
  type AgePoint,
  type CalendarVersion,
  calendarVersions,
  immunisationSeries,
  type Series,
  type Slot,
  vaccines,
} from './immunisation-data.ts';

export type GivenDose = {
  /** Our vaccine code; see `vaccineOfCoding`. */
  readonly vaccine: string;
  /** FHIR date or dateTime. */
  readonly date: string;
};

/**
 * `given`; `upcoming` before its date; `due` from its date on; `overdue` when the series' grace has passed;
 * `expired` when the person has grown too old for it.
 */
export type DoseState = 'given' | 'upcoming' | 'due' | 'overdue' | 'expired';

export type PlannedDose = {
  readonly series: string;
  readonly dose: number;
  /** Vaccine code: the one given, or the one the calendar in force today has for this dose. */
  readonly vaccine: string;
  readonly state: DoseState;
  /** When the calendar wants it, or when it may follow the doses before it, if later. */
  readonly dueDate: string;
  /** The first lawful day: minimum age and minimum interval. */
  readonly earliestDate: string;
  readonly givenDate?: string;
  /** Version of the calendar that asks for it. */
  readonly calendar: string;
  /** True where the rule was not read in a source. */
  readonly inferred: boolean;
};

export type PlanRequest = { readonly birthDate: string; readonly given: readonly GivenDose[]; readonly today: string };

type Entry = { readonly slot: Slot; readonly version: CalendarVersion; readonly dueByAge: Day };

/**
 * Every dose the national calendar asks of a person, given ones too, by due date. Each dose follows the version in
 * force on the day it falls due by age, so someone older than the first version is asked for nothing.
 */
export function planVaccinations({ birthDate, given, today }: PlanRequest): readonly PlannedDose[] {
  const birth = toDay(birthDate);
  const now = toDay(today);
  const planned: PlannedDose[] = [];
  const lastOf = new Map<string, Day>();
  const entries = entriesFor(birth);
  for (const entry of entries) {
    const taken = doseTaken(entry.slot, entries, dosesOf(entry.slot.series, given, birth));
    const dose = taken === undefined ? plan(entry, birth, now, lastOf) : record(entry, taken);
    lastOf.set(
      entry.slot.series,
      dose.givenDate === undefined ? Math.max(toDay(dose.dueDate), now) : toDay(dose.givenDate),
    );
    planned.push(dose);
  }
  return planned.toSorted((a, b) => (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : 0));
}

/**
 * The doses as the vaccination room counts them: a combined vaccine stands for a dose of each of its series and is named
 * once, with the dose number of the first.
 */
export function asInjected(plan: readonly PlannedDose[]): readonly PlannedDose[] {
  const known = new Set<string>();
  return plan.filter(({ vaccine, state, dueDate, givenDate }) => {
    const key = `${vaccine} ${state} ${givenDate ?? dueDate}`;
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** What is to be given, by due date: overdue doses, due ones, and those of the coming 31 days. */
export function dueVaccines(request: PlanRequest): readonly PlannedDose[] {
  const horizon = toIsoDate(toDay(request.today) + 31);
  return planVaccinations(request).filter(
    ({ state, dueDate }) => state === 'due' || state === 'overdue' || (state === 'upcoming' && dueDate <= horizon),
  );
}

const ageDay = (birth: Day, age: AgePoint): Day => ('days' in age ? birth + age.days : addMonths(birth, age.months));

const isInForce = (version: CalendarVersion, day: Day): boolean =>
  toDay(version.validFrom) <= day && (version.validTo === undefined || day <= toDay(version.validTo));

/** One entry per series and dose, by due age; a dose that falls between two versions follows the one at birth. */
function entriesFor(birth: Day): readonly Entry[] {
  const all = calendarVersions.flatMap((version) =>
    version.slots.map((slot): Entry => ({ slot, version, dueByAge: ageDay(birth, slot.age) })),
  );
  const inForce = all.filter(({ version, dueByAge }) => isInForce(version, dueByAge));
  const atBirth = all.filter((entry) => isInForce(entry.version, birth) && isStillAsked(entry));
  const entries = new Map<string, Entry>();
  for (const entry of [...inForce, ...atBirth]) {
    const key = `${entry.slot.series}/${entry.slot.dose}`;
    if (!entries.has(key)) entries.set(key, entry);
  }
  return [...entries.values()].toSorted((a, b) => a.dueByAge - b.dueByAge || a.slot.dose - b.slot.dose);
}

/** A dose of the version at birth is dropped when the version in force on its due day no longer has it. */
function isStillAsked({ slot, dueByAge }: Entry): boolean {
  const version = calendarVersions.find((candidate) => isInForce(candidate, dueByAge));
  return (
    version !== undefined && version.slots.some(({ series, dose }) => series === slot.series && dose === slot.dose)
  );
}

/**
 * The given dose that serves a slot. Someone who was older than the first doses of a series when the first version came
 * into force is asked only for its later ones; then unrecorded earlier doses are taken as given.
 */
function doseTaken(slot: Slot, entries: readonly Entry[], taken: readonly GivenDose[]): GivenDose | undefined {
  const asked = entries.filter((entry) => entry.slot.series === slot.series).map((entry) => entry.slot.dose);
  const unrecorded = Math.min(Math.max(...asked) - taken.length, Math.min(...asked) - 1);
  return taken[slot.dose - 1 - Math.max(unrecorded, 0)];
}

/** Doses that count for a series, oldest first. An oral polio dose in the first month counts as the dose at birth. */
function dosesOf(series: string, given: readonly GivenDose[], birth: Day): readonly GivenDose[] {
  const counted = given.filter(({ vaccine, date }) => {
    const names = vaccines.find(({ code }) => code === vaccine)?.series ?? [];
    const atBirth = toDay(date) - birth < 28;
    if (series === 'polio-birth') return names.includes('polio') && atBirth;
    return names.includes(series) && !(series === 'polio' && atBirth);
  });
  return counted.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

function record({ slot, version, dueByAge }: Entry, taken: GivenDose): PlannedDose {
  const date = toIsoDate(dueByAge);
  const base = { series: slot.series, dose: slot.dose, calendar: version.code, inferred: isInferred(slot) };
  return {
    ...base,
    vaccine: taken.vaccine,
    state: 'given',
    dueDate: date,
    earliestDate: date,
    givenDate: taken.date.slice(0, 10),
  };
}

function plan({ slot, version, dueByAge }: Entry, birth: Day, now: Day, lastOf: ReadonlyMap<string, Day>): PlannedDose {
  const series = seriesOf(slot.series);
  const previous = lastOf.get(slot.series);
  const before = series.after === undefined ? undefined : lastOf.get(series.after.series);
  const earliest = Math.max(
    ageDay(birth, slot.minAge),
    previous === undefined ? -Infinity : previous + (series.minIntervalDays ?? 0),
    before === undefined ? -Infinity : before + (series.after?.days ?? 0),
  );
  const due = Math.max(dueByAge, earliest);
  return {
    series: slot.series,
    dose: slot.dose,
    vaccine: vaccineToday(slot, now),
    state: stateOf({ due, now, lastDay: lastDayOf(slot, series, birth), graceDays: series.overdueAfterDays }),
    dueDate: toIsoDate(due),
    earliestDate: toIsoDate(earliest),
    calendar: version.code,
    inferred: isInferred(slot),
  };
}

type Standing = { readonly due: Day; readonly now: Day; readonly lastDay: Day; readonly graceDays: number };

function stateOf({ due, now, lastDay, graceDays }: Standing): DoseState {
  if (now > lastDay || due > lastDay) return 'expired';
  if (now < due) return 'upcoming';
  return now > due + graceDays ? 'overdue' : 'due';
}

/** The last day on which a dose is still asked for. */
function lastDayOf(slot: Slot, series: Series, birth: Day): Day {
  const months = slot.dose > 1 ? (series.lastDoseUntilMonths ?? series.catchUpUntilMonths) : series.catchUpUntilMonths;
  return addMonths(birth, months) - 1;
}

/** The vaccine that serves a slot today: a child who missed the pentavalent dose now gets the hexavalent one. */
function vaccineToday(slot: Slot, now: Day): string {
  const current = calendarVersions.find((version) => isInForce(version, now));
  const same = current?.slots.find(({ series, dose }) => series === slot.series && dose === slot.dose);
  return same?.vaccine ?? slot.vaccine;
}

function seriesOf(code: string): Series {
  const series = immunisationSeries.find((rule) => rule.code === code);
  if (series === undefined) throw new TypeError(`The immunisation calendar has no series ${code}`);
  return series;
}

const isInferred = (slot: Slot): boolean => slot.inferred === true || seriesOf(slot.series).inferred;
