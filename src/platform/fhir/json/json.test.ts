import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { indentJson } from './indent-json.ts';
import { numberLiteral } from './number-literals.ts';
import { parseJson, parsePrintedJson } from './parse-json.ts';
import { cloneJson, stringifyJson } from './stringify-json.ts';

describe('parseJson and stringifyJson', () => {
  it.each([
    ['{"value":1.10}'],
    ['{"value":1.0e3}'],
    ['{"value":0.000100,"other":-0}'],
    ['{"value":12345678901234567890123}'],
    ['[1.50,{"a":[2.0,null,true]}]'],
    ['{"a":"\\u00e9\\n","b":{}}'],
    ['{"value":1e400}'],
  ])('writes %s back as it was', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text.replace('\\u00e9', 'é'));
  });

  it('gives plain numbers to compute with', () => {
    expect(parseJson('{"value":1.10}')).toEqual({ value: 1.1 });
  });

  it.each([
    ['{"a":1,"a":2}', /given twice/],
    ['{"a":{"b":1,"c":[{"d":1,"d":1}]}}', /given twice/],
    ['{"a":"\\u0000"}', /U\+0000/],
    ['{"a":"\u0000"}', /control character/],
    ['{"a":"\\ud800"}', /surrogate/],
    ['{"a":"\ud800"}', /surrogate/],
    ['{"__proto__":{}}', /__proto__/],
    ['{"\\u005f_proto__":{}}', /__proto__/],
    ['{"a":1} x', /follows/],
    ['{"a":1,}', /property name/],
    ['{"a":01}', /comma/],
    ['{"a":+1}', /value is expected/],
    ['{"a":NaN}', /value is expected/],
    ['{"a" 1}', /colon/],
    ['{"a":"b', /not closed/],
    ['{"a":', /ends too early/],
    ['', /empty/],
    ['[1,]', /value is expected/],
    ["{'a':1}", /double quotes/],
    ['{"a":"\\x"}', /escape/],
    [`${'['.repeat(101)}${']'.repeat(101)}`, /deeper than 100/],
  ])('refuses %s', (text, reason) => {
    expect(() => parseJson(text)).toThrow(reason);
  });

  it('names line, column and element of a fault', () => {
    const text = '{\n "resourceType": "Patient",\n "name": [{"family": "A"}, {"family": tru}]\n}';
    let caught: unknown;
    try {
      parseJson(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(AppError);
    if (!(caught instanceof AppError)) return;
    expect(caught.code).toBe('fhir.malformed-json');
    expect(caught.message).toContain('line 3, column 39');
    expect(caught.issues[0]?.expression).toBe('Patient.name[1].family');
  });

  it('accepts nesting of 100 levels', () => {
    const text = `${'['.repeat(100)}${']'.repeat(100)}`;
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('reads as JSON.parse does, and writes what it reads', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        fc.pre(
          !text.includes('__proto__') &&
            !text.includes('\\u0000') &&
            text.isWellFormed() &&
            JSON.stringify(JSON.parse(text)) === text,
        );
        const value = parseJson(text);
        expect(value).toEqual(JSON.parse(text));
        expect(stringifyJson(value)).toBe(text);
      }),
    );
  });

  it('keeps every decimal digit by digit', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?$/);
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1 }), (numbers) => {
        const text = `{"list":[${numbers.join(',')}],"quantity":{"value":${numbers[0] ?? '0'}}}`;
        expect(stringifyJson(cloneJson(parseJson(text)))).toBe(text);
      }),
    );
  });
});

describe('parsePrintedJson', () => {
  it.each([
    ['{"a":"x\\n\\"\\\\","b":[1,2.5,{}],"ə":null}', true],
    ['{"a": 1}', false],
    ['{"a":1}\r', false],
    ['{"a":"http:\\/\\/x"}', false],
    ['{"a":"\\u00e9"}', false],
    ['{"a":1.10}', false],
  ])('tells of %s whether it is printed so: %s', (text, expected) => {
    expect(parsePrintedJson(text)).toEqual({ value: parseJson(text), isPrinted: expected });
  });

  it('says so only of what stringifyJson gives', () => {
    // V8 now and then takes one escaped name for another that it saw in such an object before; no element has such a name.
    const names = fc.stringMatching(/^[a-z_ /\u00e9]{1,6}$/);
    const words = fc.stringMatching(/^[a-z_ "\\/\n\u00e9]{1,6}$/);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        words,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(null),
        fc.array(tie('tree')),
        fc.dictionary(names, tie('tree')),
      ),
    }));
    let printed = 0;
    fc.assert(
      fc.property(fc.dictionary(names, tree), fc.constantFrom(undefined, 1), fc.boolean(), (value, indent, slashes) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const plain = JSON.stringify(value, undefined, indent);
        const text = slashes ? plain.replaceAll('/', '\\/') : plain;
        const read = parsePrintedJson(text);
        expect(read.value).toEqual(JSON.parse(text));
        if (read.isPrinted) {
          printed += 1;
          expect(stringifyJson(read.value)).toBe(text);
        }
      }),
    );
    expect(printed).toBeGreaterThan(10);
  });
});

describe('numberLiteral', () => {
  it('gives the source text, for the precision of a search', () => {
    const quantity = { ...(parseJson('{"plain":2.5}') as object) };
    const exact = parseJson('{"value":1.10}') as object; // as: a literal object
    expect(numberLiteral(exact, 'value')).toBe('1.10');
    expect(numberLiteral(quantity, 'plain')).toBe('2.5');
    expect(numberLiteral(quantity, 'absent')).toBe('');
  });

  it('is void once the value is another', () => {
    const exact = parseJson('{"value":1.10}') as { value: number }; // as: a literal object
    exact.value = 3;
    expect(stringifyJson(exact)).toBe('{"value":3}');
  });
});

describe('indentJson', () => {
  it('gives a line to each property and item', () => {
    expect(indentJson('{"a":[1.10,{}],"b":{"c":"x, [y]: {\\"z\\"}"},"d":[]}')).toBe(
      '{\n  "a": [\n    1.10,\n    {}\n  ],\n  "b": {\n    "c": "x, [y]: {\\"z\\"}"\n  },\n  "d": []\n}\n',
    );
  });

  it('changes white space alone', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        expect(JSON.stringify(JSON.parse(indentJson(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});
