import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateLocales } from './generate-locales.ts';

describe('the generated locale data', () => {
  it.each([...generateLocales()])('%s is what the generator writes today', (name, source) => {
    const path = new URL(`../src/platform/i18n/generated/${name}`, import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(source);
  });
});
