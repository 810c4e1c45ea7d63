import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Manifest = Partial<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>>;

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T; // as: files of known shape

const { dependencies, devDependencies, optionalDependencies } = readJson<Manifest>('package.json');
const listed = { ...dependencies, ...devDependencies, ...optionalDependencies };
const rows = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm)].map(
  ([, name = '', reason = '', licence = '']) => ({ name, reason, licence }),
);

describe('docs/dependencies.md', () => {
  it('has a row for each package of package.json, and no other', () => {
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(Object.keys(listed)));
    expect(rows).toHaveLength(Object.keys(listed).length);
  });

  it.each(rows.filter(({ name }) => existsSync(`node_modules/${name}/package.json`)))(
    'names the licence of $name',
    ({ name, licence }) => {
      const { license } = readJson<{ license: string }>(`node_modules/${name}/package.json`);
      if (/^SEE LICENSE/i.test(license)) expect(licence).toBe('BSD-like, own text');
      else expect(licence).toBe(license);
    },
  );
});

it('every version is pinned', () => {
  for (const version of Object.values(listed)) expect(version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});

it('the lock file is complete: npm ci refuses one that leaves packages of other platforms out', () => {
  const { packages } = readJson<{
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  }>('package-lock.json');
  const known = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !known.has(name))).toEqual([]);
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
