import { expect, test } from 'vitest';
import { inLanguage, preferredLanguage, rememberLanguage } from './language-choice.ts';

test.each([
  ['vsis-language=en', ['ru'], 'en'],
  ['a=b; vsis-language=ru', [], 'ru'],
  ['vsis-language=xx', ['az-AZ'], 'az'],
  ['', ['ru-RU', 'en'], 'ru'],
  ['', ['en-US', 'en'], 'az'],
  ['', ['de'], 'az'],
  ['', [], 'az'],
] as const)('with the cookie "%s" and a browser that asks for %j begins in %s', (cookies, asked, language) => {
  expect(preferredLanguage(cookies, asked)).toBe(language);
});

test('what is remembered is found again', () => {
  expect(preferredLanguage(rememberLanguage('en'), ['ru'])).toBe('en');
});

test.each([
  ['/az/health-card?q=%C6%8Fli', '/ru/health-card?q=%C6%8Fli'],
  ['/az', '/ru'],
  ['/az?x=1', '/ru?x=1'],
  ['/xx/unknown', '/ru/unknown'],
])('%s in Russian is %s', (here, there) => {
  expect(inLanguage(here, 'ru')).toBe(there);
});
