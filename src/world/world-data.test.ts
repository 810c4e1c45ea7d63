import { describe, expect, it } from 'vitest';
import { foldName, soundKey } from '#platform/names';
import { inSex } from './naming.ts';
import {
  acuteConditions,
  chronicConditions,
  cityDistricts,
  districts,
  facilityTypes,
  medicines,
  names,
  nationalBodies,
  observationKinds,
  owners,
  panels,
  places,
  regions,
  specialConditions,
  staffKinds,
  staffRoles,
} from './world-data.ts';

const codes = (items: readonly { readonly code: string }[]): readonly string[] => items.map(({ code }) => code);
const isUnique = (items: readonly string[]): boolean => new Set(items).size === items.length;
const latin = /^[A-ZÇƏĞİÖŞÜ][a-zçəğıöşü]+$/;

describe('the names', () => {
  it('are enough, different, and written in the alphabet', () => {
    for (const [list, least] of [
      [names.male, 150],
      [names.female, 150],
      [names.surnames, 200],
    ] as const) {
      expect(list.length).toBeGreaterThanOrEqual(least);
      expect(isUnique(list)).toBe(true);
      for (const name of list) expect(name).toMatch(latin);
    }
  });

  it.each([
    ['Məmmədov', 'Məmmədova'],
    ['Əliyev', 'Əliyeva'],
    ['Həsənli', 'Həsənli'],
    ['Əlizadə', 'Əlizadə'],
  ])('make of %s %s for a woman', (male, female) => {
    expect(inSex(male, 'female')).toBe(female);
    expect(inSex(male, 'male')).toBe(male);
  });

  it('seldom share a sound key: below one pair in five hundred, and below one name in eight', () => {
    for (const list of [names.male, names.female, names.surnames]) {
      const groups = [...Map.groupBy(list, soundKey).values()].filter((group) => group.length > 1);
      const pairs = groups.reduce((sum, group) => sum + (group.length * (group.length - 1)) / 2, 0);
      expect(pairs / ((list.length * (list.length - 1)) / 2)).toBeLessThan(1 / 500);
      expect(groups.reduce((sum, group) => sum + group.length, 0) / list.length).toBeLessThan(1 / 8);
    }
    const all = [...names.male, ...names.female, ...names.surnames];
    expect(new Set(all.map(foldName)).size).toBeGreaterThan(new Set(all).size * 0.97);
  });
});

describe('the places', () => {
  it('are 75 districts in 14 regions with their people', () => {
    expect([districts.length, regions.length]).toEqual([75, 14]);
    expect(isUnique(codes([...districts, ...regions, ...cityDistricts]))).toBe(true);
    for (const { region, kind, populationThousand } of districts) {
      expect(codes(regions)).toContain(region);
      expect(['city', 'rayon']).toContain(kind);
      expect(populationThousand).toBeGreaterThan(0);
    }
    const total = districts.reduce((sum, { populationThousand }) => sum + populationThousand, 0);
    expect(Math.abs(total - 10_253)).toBeLessThan(40);
    expect(cityDistricts.filter(({ city }) => city === 'AZ-BA')).toHaveLength(12);
    for (const code of [...places.returnDistricts, ...cityDistricts.map(({ city }) => city)])
      expect(codes(districts)).toContain(code);
  });
});

describe('the clinical data', () => {
  it('name each thing once and only what exists', () => {
    const diseases = codes([...acuteConditions, ...chronicConditions, ...specialConditions]);
    expect(diseases.length).toBeGreaterThanOrEqual(120);
    expect(isUnique(diseases)).toBe(true);
    for (const code of diseases) expect(code).toMatch(/^[A-Z]\d\d(?:\.\d)?$/);
    const keys = medicines.map(({ key }) => key);
    expect(isUnique(keys)).toBe(true);
    for (const { atc } of medicines) expect(atc).toMatch(/^[A-Z]\d\d[A-Z]{2}(?:\d\d)?$/);
    for (const { medicines: used, panels: tests, speciality } of chronicConditions) {
      for (const key of used) expect(keys).toContain(key);
      for (const panel of tests) expect(Object.keys(panels)).toContain(panel);
      expect(codes(staffKinds)).toContain(speciality);
    }
    const measured = observationKinds.map(({ key }) => key);
    for (const key of Object.values(panels).flat()) expect(measured).toContain(key);
    for (const kind of observationKinds)
      for (const code of Object.keys(kind.under ?? {})) expect(diseases).toContain(code);
  });

  it('give chances that rise with age and never pass one', () => {
    for (const { prevalence } of chronicConditions) {
      for (const [index, [age, share]] of prevalence.entries()) {
        const [earlier, less] = prevalence[index - 1] ?? [-1, 0];
        expect(age > earlier && share >= less && share <= 1).toBe(true);
      }
    }
  });

  it('carry a text in each language', () => {
    const texts = [
      ...acuteConditions,
      ...chronicConditions,
      ...specialConditions,
      ...medicines,
      ...observationKinds,
      ...facilityTypes,
      ...staffKinds,
      ...staffRoles,
      ...owners,
      ...nationalBodies,
      ...regions,
    ];
    for (const { az, ru, en } of texts) {
      expect(az).not.toBe('');
      expect(ru).toMatch(/[а-яА-Я]|COVID|TƏBİB|TSH|PSA/);
      expect(en).toMatch(/^[ -~ƏİB–]+$/);
    }
  });
});

describe('the institutions', () => {
  it('have staff, owners and types that exist', () => {
    for (const { staff } of facilityTypes) for (const post of staff) expect(codes(staffKinds)).toContain(post);
    for (const { role } of staffKinds) expect(codes(staffRoles)).toContain(role);
    for (const { type, owner, partOf } of nationalBodies) {
      expect(codes(facilityTypes)).toContain(type);
      expect(codes(owners)).toContain(owner);
      if (partOf !== undefined) expect(codes(nationalBodies)).toContain(partOf);
    }
  });
});
