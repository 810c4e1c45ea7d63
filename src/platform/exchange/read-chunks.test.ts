import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { lineBytesAtMost, readLineChunks, reuseChunk } from './read-chunks.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vsis-chunks-'));
});

type Cut = { readonly kind: string; readonly firstLine: number; readonly items: number; readonly text: string };

async function cut(text: string, name: string): Promise<Cut[]> {
  const path = join(folder, name);
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  const progress = { bytes: 0 };
  const found: Cut[] = [];
  for await (const { chunk, items } of readLineChunks(path, name, progress)) {
    found.push({ kind: chunk.kind, firstLine: chunk.firstLine, items, text: Buffer.from(chunk.bytes).toString() });
    reuseChunk(chunk);
  }
  return found;
}

const line = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\r', '\u00a0') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60_000 }).map((length) => 'x'.repeat(length)) },
);

describe('cutting lines into chunks', () => {
  it.each(['lines.ndjson', 'lines.ndjson.gz'])(
    'gives every line once, with its number: %s',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 3000, size: 'max' }), fc.boolean(), async (drawn, ends) => {
          const lines = drawn.map((each) => each.replaceAll('\n', ''));
          const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '');
          const chunks = await cut(text, name);
          expect(chunks.map((each) => each.text).join('')).toBe(text);
          let number = 1;
          for (const chunk of chunks) {
            expect(chunk.firstLine).toBe(number);
            const own = chunk.text.replace(/\n$/, '').split('\n');
            expect(chunk.items).toBe(own.filter((each) => each.trim() !== '').length);
            expect(chunk.items).toBeLessThanOrEqual(1000);
            number += own.length;
          }
        }),
        { numRuns: 12 },
      );
    },
    60_000,
  );

  it('makes a line that is longer than a chunk a chunk by itself', async () => {
    const long = 'ə'.repeat(5 * 1024 * 1024);
    const chunks = await cut(`a\n${long}\nb\n`, 'long.ndjson');
    expect(chunks.map((each) => each.text.length)).toEqual([2, long.length + 1, 2]);
    expect(chunks.map((each) => each.firstLine)).toEqual([1, 2, 3]);
  });

  it.each(['overlong.ndjson', 'overlong.ndjson.gz'])(
    'passes over a line that is longer than a resource may be, and reads on behind it: %s',
    async (name) => {
      const longest = 'x'.repeat(lineBytesAtMost);
      const chunks = await cut(`a\n${longest}y${longest}\n${longest}\nb\n${longest}y`, name);
      expect(chunks.map(({ firstLine, items, text }) => [firstLine, items, text.length])).toEqual([
        [1, 1, 2],
        [2, 1, 0],
        [3, 1, lineBytesAtMost + 1],
        [4, 1, 2],
        [5, 1, 0],
      ]);
      expect(chunks.map(({ kind }) => kind)).toEqual(['lines', 'overlong', 'lines', 'lines', 'overlong']);
    },
    60_000,
  );

  it('gives nothing of an empty file', async () => {
    expect(await cut('', 'empty.ndjson')).toEqual([]);
  });
});
