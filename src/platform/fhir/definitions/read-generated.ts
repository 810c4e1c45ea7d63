import { readFileSync } from 'node:fs';

/** Content of a file under `generated/`; these files come from `npm run generate` and are never edited. */
export function readGenerated(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../generated/${name}`, import.meta.url), 'utf8'));
}
