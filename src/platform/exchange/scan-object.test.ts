import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScannedMember, scanObject } from './scan-object.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) {
    yield text.slice(at, at + size);
  }
}

async function scan(text: string, size = 7): Promise<ScannedMember[]> {
  const members: ScannedMember[] = [];
  for await (const member of scanObject(inPieces(text, size), 'entry')) {
    members.push(member);
  }
  return members;
}

describe('scanObject', () => {
  it.each([
    ['an empty object', '{}', []],
    [
      'plain members',
      '{"a":1,"b":"x"}',
      [
        ['a', '1'],
        ['b', '"x"'],
      ],
    ],
    [
      'nested members whole',
      '{"a":{"entry":[1,2]},"b":[[1],{}]}',
      [
        ['a', '{"entry":[1,2]}'],
        ['b', '[[1],{}]'],
      ],
    ],
    [
      'elements of the opened array one by one',
      '{"entry":[{"a":1},2,"x"],"z":null}',
      [
        ['entry', '{"a":1}'],
        ['entry', '2'],
        ['entry', '"x"'],
        ['z', 'null'],
      ],
    ],
    ['an empty opened array', '{"entry":[],"z":1}', [['z', '1']]],
    [
      'brackets, quotes and backslashes in texts',
      String.raw`{"a":"}]\"{[,:","entry":["\\","]"]}`,
      [
        ['a', String.raw`"}]\"{[,:"`],
        ['entry', String.raw`"\\"`],
        ['entry', '"]"'],
      ],
    ],
    [
      'white space anywhere',
      ' {\n "a" : 1 ,\t"entry" : [ { "b" : 2 } , 3 ] }\n',
      [
        ['a', '1'],
        ['entry', '{ "b" : 2 }'],
        ['entry', '3'],
      ],
    ],
  ])('cuts %s', async (_what, text, expected) => {
    expect((await scan(text)).map(({ name, text: value }) => [name, value])).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['a broken object', '{"a":[1,2'],
    ['a broken text', '{"a":"x'],
    ['no object', '   '],
  ])('refuses %s', async (_what, text) => {
    await expect(scan(text)).rejects.toMatchObject({ code: 'exchange.malformed-json' });
  });

  it('gives the members JSON.parse gives, however the text is cut into pieces', async () => {
    const members = fc.dictionary(fc.string(), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        members,
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 30 }),
        async (object, entry, size) => {
          const bundle = { ...object, entry };
          const found = await scan(JSON.stringify(bundle), size);
          const entries = found.filter((each) => each.name === 'entry').map((each) => JSON.parse(each.text) as unknown);
          expect(entries).toEqual(JSON.parse(JSON.stringify(entry)));
          const others = found.filter((each) => each.name !== 'entry');
          const rebuilt = Object.fromEntries(others.map((each) => [each.name, JSON.parse(each.text) as unknown]));
          const { entry: _entry, ...rest } = JSON.parse(JSON.stringify(bundle)) as Record<string, unknown>;
          expect(rebuilt).toEqual(rest);
        },
      ),
      { numRuns: 300 },
    );
  });
});
