import { describe, expect, it } from 'vitest';
import { defineMessages, findMessageFaults, translate } from './messages.ts';

const texts = defineMessages({
  greeting: { az: 'Salam, {name}!', ru: 'Здравствуйте, {name}!', en: 'Hello, {name}!' },
  doses: {
    az: '{n, plural, =0 {Doza yoxdur} other {# doza}}',
    ru: '{n, plural, =0 {Доз нет} one {# доза} few {# дозы} many {# доз} other {# дозы}}',
    en: '{n, plural, =0 {No doses} one {# dose} other {# doses}}',
  },
  parent: {
    az: '{sex, select, male {{father} oğlu} female {{father} qızı} other {{father}}}',
    ru: '{sex, select, male {{father} оглу} female {{father} кызы} other {{father}}}',
    en: '{sex, select, male {son of {father}} female {daughter of {father}} other {{father}}}',
  },
  due: { az: 'Vaxtı: {day, date, long}', ru: 'Срок: {day, date, long}', en: 'Due: {day, date, long}' },
  level: { az: '{value, number} mmol/L', ru: '{value, number} ммоль/л', en: '{value, number} mmol/L' },
  quoted: { az: "'{'x'}' Mə'sumə ''", ru: "'{x}' #", en: "it's '#' {x}" },
});

describe('translate', () => {
  it.each([
    ['az', 'greeting', { name: 'Aysel' }, 'Salam, Aysel!'],
    ['az', 'greeting', {}, 'Salam, {name}!'],
    ['az', 'doses', { n: 0 }, 'Doza yoxdur'],
    ['az', 'doses', { n: 5 }, '5 doza'],
    ['ru', 'doses', { n: 1 }, '1 доза'],
    ['ru', 'doses', { n: 3 }, '3 дозы'],
    ['ru', 'doses', { n: 11 }, '11 доз'],
    ['ru', 'doses', { n: '1.5' }, '1,5 дозы'],
    ['en', 'doses', { n: 1000 }, '1,000 doses'],
    ['az', 'parent', { sex: 'female', father: 'Rauf' }, 'Rauf qızı'],
    ['ru', 'parent', { sex: 'unknown', father: 'Rauf' }, 'Rauf'],
    ['az', 'due', { day: '2026-03-05' }, 'Vaxtı: 5 mart 2026'],
    ['en', 'due', { day: '2026-03' }, 'Due: March 2026'],
    ['az', 'level', { value: '5.60' }, '5,60 mmol/L'],
    ['az', 'quoted', {}, "{x} Mə'sumə '"],
    ['ru', 'quoted', {}, '{x} #'],
    ['en', 'quoted', { x: '<b>' }, "it's # <b>"],
  ] as const)('%s %s %j', (language, key, values, shown) => {
    expect(translate(language, texts[key], values)).toBe(shown);
  });
});

describe('findMessageFaults', () => {
  it('finds nothing in a sound catalogue', () => {
    const { quoted, ...sound } = texts;
    expect(quoted.az).not.toBe('');
    expect(findMessageFaults(sound)).toEqual([]);
  });

  it.each([
    [{ az: '{n}', ru: '{n}', en: '{m}' }, 'placeholders differ'],
    [{ az: '', ru: 'a', en: 'a' }, 'az is empty'],
    [{ az: '{n', ru: '{n}', en: '{n}' }, 'expected'],
    [{ az: 'a}', ru: 'a', en: 'a' }, 'closing brace'],
    [{ az: '{n, plural, one {x}}', ru: '{n}', en: '{n}' }, 'no case "other"'],
    [{ az: '{n, spell}', ru: '{n}', en: '{n}' }, 'unknown type spell'],
    [{ az: '{n, plural, other {#}}', ru: '{n, plural, one {#} other {#}}', en: '{n, plural, other {#}}' }, 'ru lacks'],
  ])('finds the fault of %j', (message, fault) => {
    expect(findMessageFaults({ key: message }).join()).toContain(fault);
  });
});
