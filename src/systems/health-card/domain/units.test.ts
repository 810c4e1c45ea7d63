import { expect, test } from 'vitest';
import { unitText } from './units.ts';

test.each([
  ['mm[Hg]', 'az', 'mm c. st.'],
  ['mm[Hg]', 'ru', 'мм рт. ст.'],
  ['kg/m2', 'en', 'kg/m²'],
  ['mmol/l', 'az', 'mmol/l'],
  ['{tablet}', 'az', 'tablet'],
  ['{nominal}', 'az', undefined],
  [undefined, 'az', undefined],
] as const)('%s in %s is %s', (unit, language, text) => {
  expect(unitText(unit, language)).toBe(text);
});
