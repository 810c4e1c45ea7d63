import { describe, expect, it } from 'vitest';
import { bakuToday, parseTypedDate } from './fhir-date.ts';

describe('parseTypedDate', () => {
  it.each([
    ['05.03.1980', '1980-03-05'],
    ['5/3/1980', '1980-03-05'],
    [' 5 3 1980 ', '1980-03-05'],
    ['5-3-1980', '1980-03-05'],
    ['1980-03-05', '1980-03-05'],
    ['1980.3.5', '1980-03-05'],
    ['29.02.2024', '2024-02-29'],
    ['29.02.2023', undefined],
    ['31.04.2020', undefined],
    ['05.13.1980', undefined],
    ['05.03.80', undefined],
    ['1980', undefined],
    ['', undefined],
  ])('reads %j as %s', (typed, date) => {
    expect(parseTypedDate(typed)).toBe(date);
  });
});

describe('bakuToday', () => {
  it.each([
    ['2026-09-05T19:59:59Z', '2026-09-05'],
    ['2026-09-05T20:00:00Z', '2026-09-06'],
  ])('at %s is %s', (instant, day) => {
    expect(bakuToday(Date.parse(instant))).toBe(day);
  });
});
