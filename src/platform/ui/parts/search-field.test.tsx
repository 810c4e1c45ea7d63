import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { moveMark, SearchField } from './search-field.tsx';

test.each([
  [-1, 3, 1, 0],
  [0, 3, 1, 1],
  [2, 3, 1, -1],
  [-1, 3, -1, 2],
  [0, 3, -1, -1],
  [-1, 0, 1, -1],
] as const)('from %i of %i by %i to %i', (marked, count, step, expected) => {
  expect(moveMark(marked, count, step)).toBe(expected);
});

test('is a combobox only where it has suggestions to offer', () => {
  const field = (suggestions?: []) =>
    renderToStaticMarkup(
      <SearchField label="Axtarış" name="q" value="" onChange={() => {}} suggestions={suggestions} />,
    );
  expect(field([])).toContain('role="combobox"');
  expect(field()).not.toContain('combobox');
});

test('does not let the browser change what is typed', () => {
  const html = renderToStaticMarkup(<SearchField label="Axtarış" name="q" value="" onChange={() => {}} />);
  expect(html).toContain('autoCapitalize="none"');
  expect(html).toContain('spellCheck="false"');
});
