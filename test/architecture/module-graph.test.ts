import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../../module-graph.config.mjs';
import { type ModuleGraph, readModuleGraph } from '../../tools/module-graph.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** A small program that breaks each rule exactly once, in the file named after it. */
const sound: Record<string, string> = {
  'package.json': JSON.stringify({
    name: 'planted',
    type: 'module',
    imports: {
      '#platform/*': './src/platform/*/index.ts',
      '#systems/*/web': './src/systems/*/web.ts',
      '#systems/*': './src/systems/*/index.ts',
      '#world': './src/world/index.ts',
    },
  }),
  'src/platform/store/index.ts': "export { read } from './read.ts';",
  'src/platform/store/read.ts': 'export const read = 1;',
  'src/platform/errors/index.ts': 'export const error = 1;',
  'src/platform/ui/index.ts': 'export const button = 1;',
  'src/systems/card/index.ts': "export { show } from './server/show.ts';",
  'src/systems/card/web.ts': "export { page } from './web/page.tsx';",
  'src/systems/card/web/page.tsx': "import { button } from '#platform/ui'; export const page = button;",
  'src/systems/card/server/show.ts': "import { read } from '#platform/store'; export const show = read;",
  'src/systems/card/domain/rule.ts': "import { error } from '#platform/errors'; export const rule = error;",
  'src/systems/visit/index.ts': "import { show } from '#systems/card'; export const visit = show;",
  'src/world/index.ts': "export { people } from './people.ts';",
  'src/world/people.ts': 'export const people = 1;',
  'src/portal/main.tsx': "import { page } from '#systems/card/web'; export const main = page;",
  'src/main.ts':
    "import { visit } from '#systems/visit'; import { people } from '#world'; export const start = [visit, people];",
  'src/main.test.ts': "import { start } from './main.ts'; export const tested = start;",
};

const planted: Record<string, readonly [file: string, text: string]> = {
  'platform-knows-no-system': ['src/platform/store/knows.ts', "export { show } from '#systems/card';"],
  'platform-front-door': ['src/platform/ui/deep.ts', "export { read } from '../store/read.ts';"],
  'platform-front-door-from-above': ['src/deep.ts', "export { read } from './platform/store/read.ts';"],
  'system-front-door': ['src/systems/visit/deep.ts', "export { show } from '../card/server/show.ts';"],
  'system-front-door-from-above': ['src/deep-system.ts', "export { show } from './systems/card/server/show.ts';"],
  'world-front-door': ['src/deep-world.ts', "export { people } from './world/people.ts';"],
  'web-knows-no-server': ['src/systems/card/web/reads.ts', "export { read } from '#platform/store';"],
  'domain-is-pure': ['src/systems/card/domain/reads.ts', "export { read } from '#platform/store';"],
  'domain-uses-no-node': [
    'src/systems/card/domain/files.ts',
    "import { readFile } from 'node:fs'; export const x = readFile;",
  ],
  'web-uses-no-node': ['src/portal/files.ts', "import { readFile } from 'node:fs'; export const x = readFile;"],
  'no-relative-escape': [
    'src/systems/card/server/escapes.ts',
    "export { error } from '../../../platform/errors/index.ts';",
  ],
  'programs-are-on-top': ['src/world/starts.ts', "export { start } from '../main.ts';"],
  'no-test-in-production': ['src/systems/card/server/tests.ts', "export { tested } from '../../../main.test.ts';"],
  'no-cycles': [
    'src/systems/card/server/a.ts',
    "export async function a() { await using x = await import('./b.ts'); return x; }",
  ],
  'no-part-cycles': ['src/systems/first/index.ts', "export { second } from '#systems/second';"],
};

const companions: Record<string, string> = {
  'src/systems/card/server/b.ts': "import { a } from './a.ts'; export const b = () => a;",
  'src/systems/second/index.ts': "export { second } from './second.ts';",
  'src/systems/second/second.ts': 'export const second = 1;',
  'src/systems/second/other.ts': "export { other } from '#systems/first';",
};

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

describe('the rules of the module graph', () => {
  let folder: { path: string; remove: () => Promise<void> };
  let soundGraph: ModuleGraph;
  let brokenGraph: ModuleGraph;

  beforeAll(async () => {
    folder = await makeTempFolder();
    await write(folder.path, sound);
    soundGraph = await readModuleGraph(folder.path, ['src']);
    await write(folder.path, { ...companions, ...Object.fromEntries(Object.values(planted)) });
    brokenGraph = await readModuleGraph(folder.path, ['src']);
  });
  afterAll(() => folder.remove());

  it('let a sound program pass, having read all of it', () => {
    expect(soundGraph).toEqual({ moduleCount: Object.keys(sound).length - 1, violations: [] });
  });

  it('are each tried here', () => {
    expect(new Set(Object.keys(planted))).toEqual(new Set(rules.map((rule) => rule.name)));
  });

  it.each(Object.entries(planted))('%s is reported where it is broken', (name, [file]) => {
    const reported = brokenGraph.violations.filter(({ rule }) => rule.name === name).map(({ from }) => from);
    const place = name === 'no-part-cycles' ? dirname(file) : file;
    expect(reported).toContain(place);
  });
});

it('this program keeps the rules, and the check has read it', async () => {
  const { moduleCount, violations } = await readModuleGraph(process.cwd(), ['src', 'bench', 'test', 'tools']);
  expect(moduleCount).toBeGreaterThan(150);
  expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});
