import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeDefinitions } from './definitions/generate.ts';
import { generatedPages } from './generated-pages.ts';

for (const { path, text } of generatedPages()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(path);
}

writeDefinitions();
