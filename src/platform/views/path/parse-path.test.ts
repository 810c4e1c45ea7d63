import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePath } from './parse-path.ts';
import { PathSyntaxError } from './path-syntax-error.ts';
import type { Path } from './path-tree.ts';

/** The tree in brackets, so that a table of cases can be read. */
function show(path: Path | undefined): string {
  switch (path?.kind) {
    case 'literal':
      return `${path.type}:${path.text}`;
    case 'member':
      return path.of ? `${show(path.of)}.${path.name}` : path.name;
    case 'call':
      return `${path.of ? `${show(path.of)}.` : ''}${path.name}(${path.args.map(show).join(', ')})`;
    case 'item':
      return `${show(path.of)}[${show(path.at)}]`;
    case 'binary':
      return `(${show(path.left)} ${path.operator} ${show(path.right)})`;
    case 'type':
      return `(${show(path.of)} ${path.operator} ${show(path.type)})`;
    case 'sign':
      return `-${show(path.of)}`;
    case 'variable':
      return `%${path.name}`;
    default:
      return path?.kind ?? '';
  }
}

describe('parsePath', () => {
  it.each([
    ['name.given', 'name.given'],
    ['name[0].given.first()', 'name[integer:0].given.first()'],
    ["name.where(use = 'official').family", 'name.where((use = string:official)).family'],
    ['a or b and c', '(a or (b and c))'],
    ['a implies b or c', '(a implies (b or c))'],
    ['a = b and c != d', '((a = b) and (c != d))'],
    ['1 + 2 * 3 - 4', '((integer:1 + (integer:2 * integer:3)) - integer:4)'],
    ['(1 + 2) * 3', '((integer:1 + integer:2) * integer:3)'],
    ['a.b is FHIR.string = true', '((a.b is FHIR.string) = boolean:true)'],
    ['a | b = c', '((a | b) = c)'],
    ['-1.50', 'decimal:-1.50'],
    ['-a.b', '-a.b'],
    ['a div 2 mod 3', '((a div integer:2) mod integer:3)'],
    ['text.div', 'text.div'],
    ['text.`div`', 'text.div'],
    ["x in ('a' | 'b')", '(x in (string:a | string:b))'],
    ['%rowIndex + %`name`', '(%rowIndex + %name)'],
    ["'it\\'s \\u0259'", "string:it's ə"],
    ['@2024-02', 'date:2024-02'],
    ['@2024-02-03T10:00:00+04:00', 'dateTime:2024-02-03T10:00:00+04:00'],
    ['@2024T', 'dateTime:2024'],
    ['@T10:30', 'time:10:30'],
    ['$this /* the value */ > 1 // end', '(this > integer:1)'],
    ['{}', 'empty'],
    ['iif(a, b, c)', 'iif(a, b, c)'],
  ])('reads %s', (text, tree) => {
    expect(show(parsePath(text))).toBe(tree);
  });

  it.each([
    ['', /ends too early/],
    ['@@', /character 1/],
    ['name.', /ends too early/],
    ['name[0', /where \] is expected/],
    ['name)', /\) stands at character 5/],
    ["'a", /character 1/],
    ["4 'mg'", /quantity/],
    ['3 days', /quantity/],
    ['$total', /\$total/],
    ["'\\u0000'", /no resource can have/],
    ['@20', /character 1/],
  ])('refuses %s', (text, reason) => {
    expect(() => parsePath(text)).toThrow(PathSyntaxError);
    expect(() => parsePath(text)).toThrow(reason);
  });

  it('refuses what is too deep or too long', () => {
    expect(() => parsePath('('.repeat(100))).toThrow(/deeper than 40/);
    expect(() => parsePath(`a${'.b'.repeat(3000)}`)).toThrow(/longer than 4000/);
  });

  it('answers any text with a tree or a reason', () => {
    const word = fc.constantFrom(
      'a',
      '.',
      '(',
      ')',
      '[',
      ']',
      '=',
      'and',
      "'x'",
      '1',
      '@2024',
      '%c',
      '$this',
      ' ',
      '-',
      '|',
      '{',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
        ),
        (text) => {
          try {
            expect(parsePath(text).kind).toBeTypeOf('string');
          } catch (error) {
            expect(error).toBeInstanceOf(PathSyntaxError);
          }
        },
      ),
    );
  });
});
