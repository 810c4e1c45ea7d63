import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../../tools/generated-pages.ts';

describe('generated documentation is fresh (npm run generate)', () => {
  it.each(generatedPages())('$path', async ({ path, text }) => {
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});
