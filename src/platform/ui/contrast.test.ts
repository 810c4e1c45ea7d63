import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const colours = new Map([...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map(([, name, hex]) => [name, hex]));

function colour(name: string): string {
  const hex = colours.get(name);
  if (hex === undefined) throw new Error(`no colour --${name} in tokens.css`);
  return hex;
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(colour(one)), luminance(colour(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const paper = ['page', 'surface', 'surface-sunken', 'brand-soft', 'mark'];

const textPairs = [
  ...['ink', 'link', 'link-hover', 'brand', 'brand-deep'].flatMap((text) => paper.map((ground) => [text, ground])),
  ...['page', 'surface', 'surface-sunken', 'brand-soft', 'danger-soft', 'warning-soft', 'info-soft'].map((ground) => [
    'ink-soft',
    ground,
  ]),
  ...['danger', 'warning', 'good', 'info', 'neutral'].flatMap((tone) => [
    [tone, `${tone}-soft`],
    [tone, 'surface'],
    ['ink', `${tone}-soft`],
  ]),
  ['accent', 'accent-soft'],
  ['accent', 'surface'],
  ['on-brand', 'brand'],
  ['on-brand', 'brand-deep'],
  ['on-brand-soft', 'brand-deep'],
] as [string, string][]; // flatMap of literals loses the pair

test.each(textPairs)('text --%s on --%s has at least 4.5 : 1', (text, ground) => {
  expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
});

test.each([
  ['line-strong', 'surface'],
  ['focus', 'surface'],
  ['focus', 'page'],
  ['focus-on-dark', 'brand-deep'],
  ['chart-line', 'chart-band'],
  ['chart-second', 'chart-band'],
  ['chart-third', 'chart-band'],
  ['danger', 'chart-band'],
])('the sign --%s on --%s has at least 3 : 1', (sign, ground) => {
  expect(contrast(sign, ground)).toBeGreaterThanOrEqual(3);
});

test('the measure itself knows black on white and grey on grey', () => {
  colours.set('black', '#000000').set('white', '#ffffff').set('grey', '#777777');
  expect(contrast('black', 'white')).toBeCloseTo(21);
  expect(contrast('grey', 'white')).toBeCloseTo(4.48, 1);
});
