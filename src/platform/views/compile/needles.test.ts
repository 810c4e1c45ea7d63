import { describe, expect, it } from 'vitest';
import { parseView } from '../parse-view.ts';
import { needlesOf } from './needles.ts';

function needles(where: string[], forEach?: string): readonly string[] {
  const iteration = forEach === undefined ? {} : { forEach };
  return needlesOf(
    parseView({
      resource: 'Observation',
      constant: [
        { name: 'code', valueCode: 'c' },
        { name: 'day', valueDate: '2024' },
      ],
      where: where.map((path) => ({ path })),
      select: [{ ...iteration, column: [{ name: 'a', path: "'a'" }] }],
    }),
  );
}

describe('needlesOf', () => {
  it.each<[string, string[]]>([
    ["status = 'final'", ['"final"']],
    ["'final' = status", ['"final"']],
    ["code.coding.exists(system = 'http://loinc.org' and code = %code)", ['"c"']],
    ["code.coding.exists(system = 'http://loinc.org')", ['"http://loinc.org"']],
    ["code.coding.where(code = 'a').exists() and status = 'b'", ['"a"', '"b"']],
    ["code.coding.where(code = 'a').system.first() = 'b'", ['"b"', '"a"']],
    ["extension('urn:x').value.ofType(code) = 'a'", ['"a"', '"urn:x"']],
    [`note.text.first() = 'it\\'s "so"'`, ['"it\'s \\"so\\""']],
    // what may be true without the text
    ["status = 'a' or status = 'b'", []],
    ["(status = 'a').not()", []],
    ["status != 'a'", []],
    ["status = 'a' implies status = 'b'", []],
    ["('a' | 'b').exists($this = 'a')", []],
    ["status & 'x' = 'ax'", []],
    ["status.upper() = 'A'", []],
    ["getResourceKey() = 'a'", []],
    ["code.coding.code.select('a').first() = 'a'", []],
    ['effective.ofType(dateTime) = %day', []],
    ["code.coding.where(code = 'a').empty()", []],
    ["code.coding.all(code = 'a')", []],
  ])('%s', (condition, expected) => {
    expect(needles([condition])).toEqual(expected);
  });

  it('are those of the iteration as well, which must find something', () => {
    expect(needles(["status = 'a'"], "component.where(code.text = 'b')")).toEqual(['"a"', '"b"']);
  });
});
