import { expect, test } from 'vitest';
import { faultsIn } from './language-faults.ts';

test.each([
  '5 mart 2026',
  '1 may 1994 (32 yaş)',
  '11 okt 2026, 05:23',
  '05.03.2026',
  '1.234,5 mmol/l',
  '134 / 87 mm c.süt.',
  'Allergiyalar',
  'Norma: 3,1–5,2 mmol/l',
  'Həkim: Əliyeva Şəhla',
])('lets "%s" pass', (text) => {
  expect(faultsIn(text)).toEqual([]);
});

test.each([
  ['2026 M11 23', 'a month of the browser without Azerbaijani'],
  ['23 November 2026', 'an English month'],
  ['Nov 23', 'an English short month'],
  ['Monday', 'an English weekday'],
  ['Search results', 'an English word'],
  ['11/23/2026', 'a date as Americans write it'],
  ['5.2 mmol/l', 'a decimal point'],
  ['Результаты', 'a Russian word'],
])('reports "%s" as %s', (text, fault) => {
  expect(faultsIn(text)).toContain(fault);
});
