import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText, sortByText, sortKey } from './collation.ts';

const azerbaijani = 'aAbBcCçÇdDeEəƏfFgGğĞhHxXıIiİjJkKqQlLmMnNoOöÖpPrRsSşŞtTuUüÜvVyYzZwW';
const russian = 'аАбБвВгГдДеЕёЁжЖзЗиИйЙкКлЛмМнНоОпПрРсСтТуУфФхХцЦчЧшШщЩъыьэЭюЮяЯ';
const plain = 'aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ';

describe('compareText', () => {
  it.each([
    ['az', 'az', `${azerbaijani}${russian} -.0123456789`],
    ['ru', 'ru', `${russian}${plain} -.0123456789əçşüö`],
    ['en', 'en-GB', `${plain}${azerbaijani} -.0123456789`],
  ] as const)('orders as ICU does for %s', (language, locale, letters) => {
    const collator = new Intl.Collator(locale);
    const compare = compareText(language);
    const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect([a, b, Math.sign(compare(a, b))]).toEqual([a, b, Math.sign(collator.compare(a, b))]);
      }),
      { numRuns: 20_000 },
    );
  });

  it('orders the names of the alphabet test', () => {
    const names = [
      'Cəlil',
      'Çinar',
      'Eldar',
      'Əli',
      'Ərəb',
      'Gəncə',
      'Ğ',
      'Hacı',
      'Xaçmaz',
      'Ismayil',
      'Işıq',
      'İmişli',
      'Jalə',
      'Kür',
      'Qax',
      'Qusar',
      'Öz',
      'Şəki',
      'Ucar',
      'Ütü',
      'Yevlax',
      'Zaqatala',
    ];
    expect(names.toReversed().toSorted(compareText('az'))).toEqual(names);
    expect(
      sortByText(
        names.toReversed().map((name) => ({ name })),
        'az',
        (item) => item.name,
      ),
    ).toEqual(names.map((name) => ({ name })));
  });

  it('gives keys whose code point order is the order', () => {
    expect(sortKey('Əli', 'az') > sortKey('Eldar', 'az')).toBe(true);
    expect(Buffer.compare(Buffer.from(sortKey('Xaçmaz', 'az')), Buffer.from(sortKey('Hacı', 'az')))).toBe(1);
  });
});
