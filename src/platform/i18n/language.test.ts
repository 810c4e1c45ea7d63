import { describe, expect, it } from 'vitest';
import { negotiateLanguage } from './language.ts';

describe('negotiateLanguage', () => {
  it.each([
    [undefined, 'az'],
    ['', 'az'],
    ['ru', 'ru'],
    ['en-US,en;q=0.9', 'en'],
    ['de-DE, de;q=0.9, ru;q=0.5, en;q=0.7', 'en'],
    ['RU-ru', 'ru'],
    ['az-Latn-AZ', 'az'],
    ['fr, *;q=0.1', 'az'],
    ['tr', 'az'],
    ['en;q=0, ru;q=0.001', 'ru'],
    ['en;q=high, ru;q=0.2', 'ru'],
    [';;;,,,', 'az'],
  ])('answers %j with %s', (header, language) => {
    expect(negotiateLanguage(header)).toBe(language);
  });
});
