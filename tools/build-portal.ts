import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runTool } from './run-tool.ts';

const output = '.cache/portal';
const stamp = '.cache/portal.hash';
/** Everything that can end up in the browser, and what decides how. */
const sources = [
  'vite.config.ts',
  'package-lock.json',
  'src/portal/**/*',
  'src/platform/{ui,i18n,names,errors,days,fhir-client,wording,written-number}/**/*',
  'src/systems/*/{web,domain}/**/*',
  'src/systems/*/web.ts',
];

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => `${file.parentPath}/${file.name}`).filter((path) => !/\.test\.tsx?$/.test(path));
  for (const path of paths.sort()) hash.update(path).update('\0').update(readFileSync(path));
  return hash.digest('hex');
}

/** Builds the portal when its sources differ from those of the last build. Returns whether it stands. */
export async function buildPortal(): Promise<boolean> {
  if (!existsSync('vite.config.ts')) return true;
  const hash = hashOfSources();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  console.log('Building the portal …');
  const { code, output: text, durationMs } = await runTool(['vite', 'vite'], ['build', '--logLevel', 'warn']);
  if (code !== 0) {
    console.error(`${text.trim()}\nThe portal could not be built.`);
    return false;
  }
  mkdirSync('.cache', { recursive: true });
  writeFileSync(stamp, hash);
  console.log(`Built the portal in ${(durationMs / 1000).toFixed(1)} s.`);
  return true;
}

if (import.meta.main) process.exitCode = (await buildPortal()) ? 0 : 1;
