import type { Condition, Immunization, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { toDay, yearsBetween } from '#platform/days';
import { identifierSystems, isFin } from '#platform/names';
import { planVaccinations, vaccineOfCoding } from '#systems/health-card';
import { demoCast } from './demo-cast.ts';
import { generateWorld, type WorldItem } from './generate-world.ts';
import { drawFamily } from './people.ts';
import { buildRegistry } from './registry.ts';
import { acuteConditions, chronicConditions, districts } from './world-data.ts';

const today = '2026-11-23';
const world: readonly WorldItem[] = [...generateWorld({ people: 800, today })];
const patients = world.filter((item): item is Patient & { id: string } => item.resourceType === 'Patient');
const byPatient = Map.groupBy(world, patientIdOf);

function patientIdOf(item: WorldItem): string | undefined {
  if (item.resourceType === 'Patient') return item.id;
  if ('subject' in item) return item.subject?.reference?.replace('Patient/', '');
  return 'patient' in item ? item.patient?.reference?.replace('Patient/', '') : undefined;
}

const compartment = (patient: Patient & { id: string }): readonly WorldItem[] => byPatient.get(patient.id) ?? [];
const finOf = (patient: Patient): string =>
  patient.identifier?.find(({ system }) => system === identifierSystems.fin)?.value ?? '';

type Visit = (path: string, text: string) => void;

/** Calls for every text in a value, with the names of the elements above it. */
function eachText(value: unknown, visit: Visit, path = ''): void {
  if (typeof value === 'string') visit(path, value);
  else if (Array.isArray(value)) for (const part of value) eachText(part, visit, path);
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) eachText(part, visit, `${path}.${key}`);
}

const dateLike = /^\d{4}-\d\d-\d\d(?:T|$)/;
const endpoint = /\.(?:validityPeriod\.end|expirationDate|valueDateTime)$/;

describe('generateWorld', () => {
  it('gives the same bytes for the same seed, and others for another seed', () => {
    const print = (seed: string): string => JSON.stringify([...generateWorld({ people: 40, seed, today })]);
    expect(print('a')).toBe(print('a'));
    expect(print('a')).not.toBe(print('b'));
  });

  it('gives a person the same record whatever the size', () => {
    const small = [...generateWorld({ people: 60, today })];
    expect(JSON.stringify(world.slice(0, small.length))).toBe(JSON.stringify(small));
  });

  it('gives at least the people asked for, and the cast first', () => {
    expect(patients.length).toBeGreaterThanOrEqual(800);
    expect(patients.length).toBeLessThan(816);
    const cast = demoCast.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id);
    expect(
      patients
        .slice(0, cast.length)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(cast.toSorted());
    expect([...generateWorld({ people: 0, today })].some(({ resourceType }) => resourceType === 'Patient')).toBe(false);
  });

  it.each([
    { people: -1, today },
    { people: 1.5, today },
    { people: 1, today: 'today' },
  ])('refuses %j', (options) => {
    expect(() => [...generateWorld(options)]).toThrow(expect.objectContaining({ code: 'world.invalid-options' }));
  });

  it('gives every resource a lawful id of its own, that of the patient leading in the compartment', () => {
    const ids = world.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of world) expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
    for (const patient of patients)
      for (const { id } of compartment(patient)) expect(id.startsWith(patient.id)).toBe(true);
  });

  it('refers only to what is there', () => {
    const known = new Set(world.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const dangling: string[] = [];
    for (const item of world) {
      eachText(item, (path, text) => {
        if (path.endsWith('.reference') && !known.has(text)) dangling.push(`${item.id}${path} ${text}`);
      });
    }
    expect(dangling).toEqual([]);
  });

  it('gives everybody a FİN of their own that is visibly fake', () => {
    const staff = world.flatMap((item) => (item.resourceType === 'Practitioner' ? (item.identifier ?? []) : []));
    const fins = [
      ...patients.map(finOf),
      ...staff.filter(({ system }) => system === identifierSystems.fin).map(({ value }) => value ?? ''),
    ];
    expect(new Set(fins).size).toBe(fins.length);
    for (const fin of fins) expect(isFin(fin) && fin.startsWith('00')).toBe(true);
  });

  it('writes about 35 to 60 resources for a person', () => {
    const clinical = world.filter((item) => patientIdOf(item) !== undefined).length / patients.length;
    expect(clinical).toBeGreaterThan(35);
    expect(clinical).toBeLessThan(60);
  });
});

describe('the people', () => {
  it('live in the districts by population', () => {
    const registry = buildRegistry();
    const living = Array.from(
      { length: 30_000 },
      (_, index) => drawFamily('shares', index, registry, toDay(today))[0]?.dwelling.district,
    );
    const total = districts.reduce((sum, { populationThousand }) => sum + populationThousand, 0);
    for (const { code, populationThousand } of districts) {
      const share = populationThousand / total;
      const found = living.filter((home) => home === code).length / living.length;
      expect(Math.abs(found - share)).toBeLessThan(0.002 + share * 0.04);
    }
  });

  it('have the ages of the country', () => {
    const ages = patients
      .filter(({ deceasedDateTime }) => deceasedDateTime === undefined)
      .map(({ birthDate }) => yearsBetween(toDay(birthDate ?? ''), toDay(today)));
    const share = (from: number, to: number): number =>
      ages.filter((age) => age >= from && age <= to).length / ages.length;
    expect(share(0, 14)).toBeGreaterThan(0.18);
    expect(share(0, 14)).toBeLessThan(0.3);
    expect(share(65, 120)).toBeGreaterThan(0.05);
    expect(share(65, 120)).toBeLessThan(0.14);
    expect(Math.max(...ages)).toBeLessThan(112);
  });

  it('are born to parents of an age for it, and share the surname in the form of their sex', () => {
    for (const item of world) {
      if (item.resourceType !== 'RelatedPerson' || item.relationship?.[0]?.coding?.[0]?.code !== 'MTH') continue;
      const child = patients.find(({ id }) => `Patient/${id}` === item.patient?.reference);
      const age = yearsBetween(toDay(item.birthDate ?? ''), toDay(child?.birthDate ?? ''));
      expect(age).toBeGreaterThanOrEqual(18);
      expect(age).toBeLessThanOrEqual(42);
      const family = child?.name?.[0]?.family ?? '';
      if (/[oe]va?$/.test(family)) expect(family.endsWith('a')).toBe(child?.gender === 'female');
    }
  });

  it('have nothing after death and nothing before birth or after today', () => {
    const misplaced: string[] = [];
    for (const patient of patients) {
      const end = patient.deceasedDateTime ?? today;
      for (const item of compartment(patient)) {
        if (item.resourceType === 'RelatedPerson') continue;
        eachText(item, (path, text) => {
          if (!dateLike.test(text) || endpoint.test(path)) return;
          const date = text.slice(0, 10);
          if (date > end || date < (patient.birthDate ?? '')) misplaced.push(`${item.id}${path} ${text}`);
        });
      }
    }
    expect(misplaced).toEqual([]);
  });
});

describe('the histories', () => {
  it('give nobody a disease of another sex or age', () => {
    const rules = new Map([
      ...acuteConditions.map(({ code, sex, ages: [from, to] }) => [code, { sex, from, to }] as const),
      ...chronicConditions.map(
        ({ code, sex, prevalence }) =>
          [
            code,
            {
              sex,
              from:
                prevalence.find(([, share]) => share > 0)?.[0] === prevalence[0]?.[0] ? 0 : (prevalence[0]?.[0] ?? 0),
              to: 120,
            },
          ] as const,
      ),
    ]);
    for (const patient of patients.filter(({ id }) => !id.includes('demo'))) {
      for (const item of compartment(patient).filter(
        (one): one is Condition & { id: string } => one.resourceType === 'Condition',
      )) {
        const code = item.code?.coding?.[0]?.code ?? '';
        const rule = rules.get(code);
        if (rule === undefined) continue;
        const age = yearsBetween(toDay(patient.birthDate ?? ''), toDay(item.recordedDate ?? ''));
        expect([item.id, code, rule.sex ?? patient.gender]).toEqual([item.id, code, patient.gender]);
        expect(age, `${item.id} ${code}`).toBeGreaterThanOrEqual(rule.from);
        // The last illness may come at any age.
        if (patient.deceasedDateTime === undefined) expect(age, `${item.id} ${code}`).toBeLessThanOrEqual(rule.to);
      }
    }
  });

  it('give pregnancies to women alone', () => {
    const mothers = world.filter(
      (item) => item.resourceType === 'Condition' && /^(?:O|Z34)/.test(item.code?.coding?.[0]?.code ?? ''),
    );
    expect(mothers.length).toBeGreaterThan(20);
    for (const item of mothers) expect(patients.find(({ id }) => id === patientIdOf(item))?.gender).toBe('female');
  });

  it('give no dose before its minimum age or interval', () => {
    let checked = 0;
    for (const patient of patients) {
      const birthDate = patient.birthDate ?? '';
      const doses = compartment(patient).filter(
        (item): item is Immunization & { id: string } =>
          item.resourceType === 'Immunization' && item.status === 'completed',
      );
      for (const dose of doses) {
        const date = dose.occurrenceDateTime ?? '';
        const vaccine = vaccineOfCoding(dose.vaccineCode.coding?.[0] ?? {})?.code ?? '';
        const given = doses
          .filter((other) => (other.occurrenceDateTime ?? '') < date)
          .map((other) => ({
            vaccine: vaccineOfCoding(other.vaccineCode.coding?.[0] ?? {})?.code ?? '',
            date: other.occurrenceDateTime ?? '',
          }));
        for (const { series } of dose.protocolApplied ?? []) {
          const open = planVaccinations({ birthDate, given, today: birthDate }).filter(
            (planned) => planned.series === series && planned.state !== 'given',
          );
          if (open[0] === undefined) continue;
          checked += 1;
          expect(
            open[0].earliestDate <= date,
            `${dose.id} ${vaccine} on ${date}, lawful from ${open[0].earliestDate}`,
          ).toBe(true);
        }
      }
    }
    expect(checked).toBeGreaterThan(1500);
  });

  it('measure values that a living person can have, judged by their range', () => {
    for (const item of world) {
      if (item.resourceType !== 'Observation' || item.valueQuantity === undefined) continue;
      const { value = Number.NaN } = item.valueQuantity;
      const [range] = item.referenceRange ?? [];
      const low = range?.low?.value ?? -Infinity;
      const high = range?.high?.value ?? Infinity;
      const wanted = range === undefined ? undefined : value < low ? 'L' : value > high ? 'H' : 'N';
      expect(Number.isFinite(value)).toBe(true);
      expect(item.interpretation?.[0]?.coding?.[0]?.code).toBe(wanted);
    }
  });

  it('keep the cast as the demo needs it', () => {
    const codes = (key: string): readonly string[] =>
      (byPatient.get(`az-p-demo-${key}`) ?? []).flatMap((item) =>
        item.resourceType === 'Condition' && item.abatementDateTime === undefined
          ? (item.code?.coding?.[0]?.code ?? [])
          : [],
      );
    const due = (key: string): readonly string[] => {
      const patient = patients.find(({ id }) => id === `az-p-demo-${key}`);
      const given = (byPatient.get(`az-p-demo-${key}`) ?? []).flatMap((item) =>
        item.resourceType === 'Immunization'
          ? [
              {
                vaccine: vaccineOfCoding(item.vaccineCode.coding?.[0] ?? {})?.code ?? '',
                date: item.occurrenceDateTime ?? '',
              },
            ]
          : [],
      );
      return planVaccinations({ birthDate: patient?.birthDate ?? '', given, today }).flatMap(
        ({ series, dose, state }) => (state === 'overdue' || state === 'due' ? `${series}/${dose} ${state}` : []),
      );
    };
    expect(codes('grandmother')).toEqual(expect.arrayContaining(['I10', 'E11.9']));
    expect(codes('mother')).toContain('Z34.9');
    expect(due('toddler')).toEqual(['mmr/1 overdue']);
    expect(due('schoolchild')).toEqual([]);
    expect(due('newborn')).toEqual([]);
    expect(patients.find(({ id }) => id === 'az-p-demo-grandfather')?.deceasedDateTime).toBeDefined();
  });

  it('say everything in Azerbaijani first, with Russian and English beside each coded text', () => {
    const foreign = /\b(?:January|February|March|April|June|July|August|September|October|November|December)\b/;
    const found: string[] = [];
    for (const item of world) {
      eachText(item, (path, text) => {
        const shown = path.endsWith('.attachment.data') ? Buffer.from(text, 'base64').toString('utf8') : text;
        if (foreign.test(shown) && !path.includes('extension')) found.push(`${item.id}${path}`);
      });
    }
    expect(found).toEqual([]);
    for (const item of world)
      if (item.resourceType === 'Condition') expect(JSON.stringify(item.code)).toMatch(/"_display".*"ru".*"en"/);
  });
});
