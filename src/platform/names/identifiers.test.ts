import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldFin, isFin, readFin } from './identifiers.ts';

describe('readFin', () => {
  it.each([
    ['00TEST1', '00TEST1'],
    [' 00test1 ', '00TEST1'],
    ['5xy 12ab', '5XY12AB'],
    ['００ＴＥＳＴ１', '00TEST1'],
  ])('accepts %j', (typed, fin) => {
    expect(readFin(typed)).toEqual({ ok: true, fin });
  });

  it.each([
    ['', 'empty', undefined],
    ['   ', 'empty', undefined],
    ['OOTEST1', 'letterO', '00TEST1'],
    ['о0TEST1', 'letterO', '00TEST1'],
    ['00TESTI', 'letterI', '00TEST1'],
    ['00testı', 'letterI', '00TEST1'],
    ['00TESTİ', 'letterI', '00TEST1'],
    ['00TEST', 'length', undefined],
    ['00TEST12', 'length', undefined],
    ['1234567890', 'length', undefined],
    ['00TEST-', 'character', undefined],
    ['00ŞEST1', 'character', undefined],
  ])('refuses %j as %s', (typed, fault, suggestion) => {
    expect(readFin(typed)).toEqual({ ok: false, fault, ...(suggestion === undefined ? {} : { suggestion }) });
  });

  it('upper-cases by ASCII alone', () => {
    expect(foldFin('iı')).toBe('Iı');
  });

  it('accepts exactly what the pattern allows', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-HJ-NP-Z]{7}$/), (fin) => {
        expect(isFin(fin)).toBe(true);
        expect(readFin(fin.toLowerCase())).toEqual({ ok: true, fin });
      }),
    );
  });
});
