import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileDefinitions } from './generate.ts';

describe('generated definitions', () => {
  const files = compileDefinitions();

  it.each([...files.keys()])('%s is what the definitions give', (name) => {
    const committed = readFileSync(new URL(`../../src/platform/${name}`, import.meta.url), 'utf8');
    // Compared as a whole: a difference of half a megabyte would not help; run `npm run generate`.
    expect(committed === files.get(name)).toBe(true);
  });

  it('stay small enough to load at every start', () => {
    const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(4 * 1024 * 1024);
  });
});
