import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitUnescaped, unescape } from './escapes.ts';
import { readDateValue, readNumberValue, readQuantityValue, readTokenForm } from './search-values.ts';
import { exactForm, ofTypeForm, pairForm, presenceForm, targetIdentifierForm, tokenForm } from './value-forms.ts';

describe('numbers stand for the span of the digits written', () => {
  it.each([
    ['100', 'eq', 99.5, 100.5],
    ['100.00', 'eq', 99.995, 100.005],
    ['5.4', 'eq', 5.35, 5.45],
    ['1e2', 'eq', 50, 150],
    ['1.0e2', 'eq', 95, 105],
    ['-2', 'eq', -2.5, -1.5],
    ['ap100', 'ap', 90, 110],
    ['ap-100', 'ap', -110, -90],
    ['gt0.1', 'gt', 0.05, 0.15],
  ])('%s', (text, prefix, lo, hi) => {
    expect(readNumberValue('x', text)).toMatchObject({ prefix, span: { lo, hi } });
  });

  it.each(['', 'x', '1.', '.5', '1,5', '0x10', '1e', 'NaN', 'Infinity', 'eq', 'gtgt1', '1e400', '1e-400', '--1'])(
    '%j is none',
    (text) => {
      expect(() => readNumberValue('x', text)).toThrow(/Search parameter x/);
    },
  );
});

it('a quantity has a unit of any system, or of one', () => {
  expect(readQuantityValue('x', '5||mg').unit).toBe('|mg');
  expect(readQuantityValue('x', '5|urn:u|mg').unit).toBe('urn:u|mg');
  expect(readQuantityValue('x', '5').unit).toBeUndefined();
  expect(readQuantityValue('x', '5||a\\|b').unit).toBe('|a|b');
});

it('"about" widens a date by a tenth of its distance from today', () => {
  const now = Date.parse('2024-01-11T00:00:00+04:00');
  const { span } = readDateValue('x', 'ap2024-01-01', now);
  expect([new Date(span.lo).toISOString(), new Date(span.hi).toISOString()]).toEqual([
    '2023-12-30T20:00:00.000Z',
    '2024-01-02T19:59:59.999Z',
  ]);
});

describe('escapes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\', 'ə', ' ') });
  const escape = (part: string): string => part.replace(/[\\,|$]/g, '\\$&');

  it('bring back what was escaped', () => {
    fc.assert(
      fc.property(text, (part) => {
        expect(unescape(escape(part))).toBe(part);
      }),
    );
  });

  it('keep separators within values apart from those between', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.constantFrom(',', '|', '$'), (parts, separator) => {
        expect(splitUnescaped(parts.map(escape).join(separator), separator).map(unescape)).toEqual(parts);
      }),
    );
  });
});

describe('the forms that values are indexed under', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '|', '\\', '?', 'T', 'I', '=', '$', ',') });
  const system = fc.option(part, { nil: undefined });

  it('differ where tokens differ', () => {
    fc.assert(
      fc.property(system, part, system, part, (s1, c1, s2, c2) => {
        fc.pre(s1 !== s2 || c1 !== c2);
        expect(tokenForm(s1, c1)).not.toBe(tokenForm(s2, c2));
      }),
      { numRuns: 2000 },
    );
  });

  it('of tokens are never those of other things', () => {
    const other = fc.oneof(
      fc.constant(presenceForm),
      part.map(exactForm),
      part.map(targetIdentifierForm),
      fc.tuple(part, part, part).map((all) => ofTypeForm(...all)),
    );
    fc.assert(
      fc.property(system, part, other, (s, c, form) => {
        expect(tokenForm(s, c)).not.toBe(form);
      }),
      { numRuns: 2000 },
    );
  });

  it('of pairs differ where pairs differ', () => {
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(pairForm(tokenForm(undefined, a), tokenForm(undefined, b))).not.toBe(
          pairForm(tokenForm(undefined, c), tokenForm(undefined, d)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('are read from a query as they are indexed', () => {
    expect(readTokenForm('x', 'urn:s|a\\|b', false)).toBe(tokenForm('urn:s', 'a|b'));
    expect(readTokenForm('x', '|a', false)).toBe(tokenForm('', 'a'));
    expect(readTokenForm('x', 'urn:s|', false)).toBe(tokenForm('urn:s', ''));
    expect(readTokenForm('x', 'urn:s|a', true)).toBe(tokenForm(undefined, 'a'));
  });
});
