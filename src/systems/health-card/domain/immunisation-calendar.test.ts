import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, toDay, toIsoDate } from '#platform/days';
import { asInjected, dueVaccines, type GivenDose, planVaccinations } from './immunisation-calendar.ts';
import {
  calendarVersions,
  findVaccine,
  immunisationSeries,
  targetDiseases,
  vaccineOfCoding,
  vaccines,
} from './immunisation-data.ts';

const today = '2026-11-23';
const bornMonthsAgo = (months: number, days = 0): string => toIsoDate(addMonths(toDay(today), -months) - days);
const stateOf = (birthDate: string, given: readonly GivenDose[], series: string, dose: number): string | undefined =>
  planVaccinations({ birthDate, given, today }).find((planned) => planned.series === series && planned.dose === dose)
    ?.state;

describe('the calendar data', () => {
  it('has versions without a gap and names only what it defines', () => {
    for (const [index, version] of calendarVersions.entries()) {
      const next = calendarVersions[index + 1];
      if (next !== undefined) expect(toDay(version.validTo ?? '')).toBe(toDay(next.validFrom) - 1);
      for (const slot of version.slots) {
        expect(findVaccine(slot.vaccine)).toBeDefined();
        expect(immunisationSeries.map(({ code }) => code)).toContain(slot.series);
      }
    }
    const known = targetDiseases.map(({ code }) => code);
    for (const vaccine of vaccines) for (const target of vaccine.targets) expect(known).toContain(target);
  });

  it('finds a vaccine by our code and by CVX', () => {
    expect(vaccineOfCoding({ system: 'https://vsis.az/fhir/CodeSystem/vaccine', code: 'qpm' })?.cvx).toBe('03');
    expect(vaccineOfCoding({ system: 'http://hl7.org/fhir/sid/cvx', code: '146' })?.code).toBe('hexa');
    expect(vaccineOfCoding({ system: 'http://loinc.org', code: '03' })).toBeUndefined();
  });
});

describe('planVaccinations', () => {
  it('asks a child of the first version for the birth dose of polio, and a later one not', () => {
    const series = (birthDate: string): readonly string[] =>
      planVaccinations({ birthDate, given: [], today }).map((dose) => `${dose.series}/${dose.dose}`);
    expect(series('2020-05-05')).toContain('polio-birth/1');
    expect(series('2023-05-05')).not.toContain('polio-birth/1');
    expect(series('2021-12-29')).toContain('bcg/1');
    expect(series('2021-12-29')).not.toContain('polio-birth/1');
    expect(series('2023-05-05').toSorted()).toEqual(series('2025-05-05').toSorted());
  });

  it('asks nothing of one born before the calendar', () => {
    expect(planVaccinations({ birthDate: '1990-01-01', given: [], today })).toEqual([]);
  });

  it.each([
    ['two months minus a day', bornMonthsAgo(2, -1), 'upcoming'],
    ['two months', bornMonthsAgo(2), 'due'],
    ['two months and the grace', bornMonthsAgo(2, 30), 'due'],
    ['later still', bornMonthsAgo(2, 31), 'overdue'],
    ['six years', bornMonthsAgo(72), 'expired'],
  ])('the first pentavalent dose at %s', (_age, birthDate, state) => {
    expect(stateOf(birthDate, [], 'penta', 1)).toBe(state);
  });

  it('counts a hexavalent dose for both of its series', () => {
    const birthDate = bornMonthsAgo(3);
    const given = [{ vaccine: 'hexa', date: bornMonthsAgo(1) }];
    expect(stateOf(birthDate, given, 'penta', 1)).toBe('given');
    expect(stateOf(birthDate, given, 'polio', 1)).toBe('given');
    expect(stateOf(birthDate, given, 'penta', 2)).toBe('due');
  });

  it('offers the vaccine of today for a dose missed under an older version', () => {
    const missed = planVaccinations({ birthDate: '2023-05-05', given: [], today }).find(
      (dose) => dose.series === 'penta',
    );
    expect(missed).toMatchObject({ vaccine: 'hexa', state: 'overdue', calendar: 'B' });
  });

  it('keeps the interval after a late dose', () => {
    const given = [{ vaccine: 'pkv', date: '2026-11-01' }];
    const [, second] = planVaccinations({ birthDate: '2026-04-01', given, today }).filter(
      (dose) => dose.series === 'pcv',
    );
    expect(second).toMatchObject({ state: 'upcoming', dueDate: '2026-12-27', earliestDate: '2026-12-27' });
  });

  it('takes unrecorded doses before the calendar as given', () => {
    const polio = (given: readonly GivenDose[]): readonly string[] =>
      planVaccinations({ birthDate: '2011-08-20', given, today: '2020-01-01' })
        .filter((dose) => dose.series === 'polio')
        .map((dose) => `${dose.dose} ${dose.state}`);
    expect(polio([{ vaccine: 'opv', date: '2013-02-25' }])).toEqual(['4 given']);
    expect(polio([])).toEqual(['4 overdue']);
  });

  it('follows the catch-up rule for measles: second dose asked until the tenth birthday, first until forty', () => {
    const first = [{ vaccine: 'qpm', date: '2014-01-10' }];
    expect(stateOf('2013-01-05', first, 'mmr', 2)).toBe('expired');
    expect(stateOf('2013-01-05', [], 'mmr', 1)).toBe('overdue');
    expect(stateOf('2018-01-05', first, 'mmr', 2)).toBe('overdue');
  });

  it('when every dose is given as planned, leaves nothing open and keeps minimum ages', () => {
    const births = fc.integer({ min: toDay('2012-01-01'), max: toDay('2026-11-23') }).map(toIsoDate);
    fc.assert(
      fc.property(births, (birthDate) => {
        const given = planVaccinations({ birthDate, given: [], today: birthDate })
          .filter((dose) => dose.dueDate <= today)
          .map((dose) => ({ vaccine: dose.vaccine, date: dose.dueDate }));
        const plan = planVaccinations({ birthDate, given, today });
        expect(plan.filter(({ state }) => state === 'due' || state === 'overdue')).toEqual([]);
        for (const dose of plan) expect(dose.earliestDate <= dose.dueDate).toBe(true);
      }),
    );
  });
});

describe('dueVaccines', () => {
  it('lists overdue, due and coming doses by date', () => {
    const open = dueVaccines({
      birthDate: bornMonthsAgo(3),
      given: [{ vaccine: 'hepb', date: bornMonthsAgo(3) }],
      today,
    });
    expect(open.map(({ series, dose, state }) => `${series}/${dose} ${state}`)).toEqual([
      'bcg/1 overdue',
      'penta/1 overdue',
      'polio/1 overdue',
      'pcv/1 overdue',
      'penta/2 upcoming',
      'polio/2 upcoming',
    ]);
  });
});

describe('the doses as injected', () => {
  const plan = planVaccinations({ birthDate: bornMonthsAgo(7), given: [], today });
  const injected = asInjected(plan);

  it('name a combined vaccine once for all its series', () => {
    const hexavalent = plan.filter(({ vaccine }) => vaccine === 'hexa');
    expect(new Set(hexavalent.map(({ series }) => series)).size).toBeGreaterThan(1);
    const dates = injected.filter(({ vaccine }) => vaccine === 'hexa').map(({ dueDate }) => dueDate);
    expect(dates).toEqual([...new Set(hexavalent.map(({ dueDate }) => dueDate))]);
  });

  it('leave no vaccine out', () => {
    expect(new Set(injected.map(({ vaccine }) => vaccine))).toEqual(new Set(plan.map(({ vaccine }) => vaccine)));
  });
});
