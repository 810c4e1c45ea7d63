import { expect, test } from 'vitest';
import { unitText } from './units.ts';

test.each([
  [{ code: 'mm[Hg]' }, 'en', 'az', 'mm c.süt.'],
  [{ unit: 'mm c.süt.', code: 'mm[Hg]' }, 'az', 'ru', 'мм рт. ст.'],
  [{ unit: 'vurğu/dəq', code: '/min' }, 'az', 'az', 'vurğu/dəq'],
  [{ unit: 'vurğu/dəq', code: '/min' }, 'az', 'ru', '/мин'],
  [{ unit: 'kg/m2', code: 'kg/m2' }, 'en', 'en', 'kg/m²'],
  [{ unit: 'mg/dL' }, 'en', 'az', 'mq/dl'],
  [{ unit: '{tablet}' }, 'en', 'az', 'tablet'],
  [{ unit: 'damcı' }, 'az', 'ru', 'damcı'],
  [{ code: '{nominal}' }, 'en', 'az', undefined],
  [{}, 'en', 'az', undefined],
] as const)('%j of a record in %s is for a reader of %s: %s', (unit, own, reader, text) => {
  expect(unitText(unit, own, reader)).toBe(text);
});
