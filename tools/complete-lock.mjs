// Completes package-lock.json after an install from a registry that does not carry every platform's packages.
// npm then leaves those of other platforms out of the lock, and `npm ci` refuses such a lock everywhere. The entries
// added here have the exact version their parent asks for; npm takes them only on the platform they are for.
// Run by hand after changing dependencies: node tools/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const processors = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
};
const libraries = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** Platform by the words of a package's name, e.g. `@oxlint/binding-linux-x64-musl`; undefined when it names none. */
export function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const system = systems.find((word) => words.includes(word));
  const processor = words.map((word) => processors[word]).find(Boolean);
  if (!system || !processor) return undefined;
  const library = system === 'linux' ? words.map((word) => libraries[word]).find(Boolean) : undefined;
  return {
    cpu: [processor],
    os: [system === 'windows' ? 'win32' : system],
    ...(library ? { libc: [library] } : {}),
  };
}

/** Adds what is missing and returns the names added. */
export function completeLock(lock) {
  const added = [];
  const known = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const platform = platformOf(name);
      if (known.has(name) || !platform) continue;
      const { cpu, os, libc } = platform;
      lock.packages[`node_modules/${name}`] = {
        version,
        cpu,
        ...(parent.dev ? { dev: true } : {}),
        ...(libc ? { libc } : {}),
        optional: true,
        os,
      };
      known.add(name);
      added.push(name);
    }
  }
  const [[root, rootEntry], ...rest] = Object.entries(lock.packages);
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries([[root, rootEntry], ...rest]);
  return added;
}

if (process.argv[1] === import.meta.filename) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLock(lock);
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.log(`${added.length} packages of other platforms added to package-lock.json`);
}
