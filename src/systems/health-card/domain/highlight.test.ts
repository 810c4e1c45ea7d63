import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highlightName } from './highlight.ts';

const marked = (name: string, typed: string) =>
  highlightName(name, typed)
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('');

test.each([
  ['Əliyeva Şəhla Rauf qızı', 'sehla eliy', '[Əliy]eva [Şəhla] Rauf qızı'],
  ['Əliyeva Şəhla', 'Шахла', 'Əliyeva [Şəhla]'],
  ['İsmayılov Işıq', 'ismayil', '[İsmayıl]ov Işıq'],
  ['İsmayılov Işıq', 'ışı', 'İsmayılov [Işı]q'],
  ['Smith John', 'x', 'Smith John'],
  ['Smith John', '', 'Smith John'],
])('in "%s" for "%s" marks %s', (name, typed, expected) => {
  expect(marked(name, typed)).toBe(expected);
});

test('never changes the name itself', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('aəıİiIşŞğĞ щя’-é')), maxLength: 20 });
  fc.assert(
    fc.property(text, text, (name, typed) => {
      expect(
        highlightName(name, typed)
          .map(({ text: piece }) => piece)
          .join(''),
      ).toBe(name);
    }),
  );
});
