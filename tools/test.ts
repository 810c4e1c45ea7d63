import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { buildPortal } from './build-portal.ts';
import { runChecks } from './checks.ts';
import { chromiumRemedy, findChromium } from './find-chromium.ts';
import { runTool } from './run-tool.ts';

// npm test: every check, then every test, then one closing line `N passed, N failed` in which a failed check counts.
// With arguments (npm test -- src/platform/database) only the tests they name.
const resultFile = '.cache/test-result.json';
const filters = process.argv.slice(2);
const isPartial = filters.length > 0;

type Counts = { readonly passed: number; readonly failed: number };

async function runTests(): Promise<Counts & { readonly code: number }> {
  mkdirSync('.cache', { recursive: true });
  rmSync(resultFile, { force: true });
  const { code } = await runTool(['vitest', 'vitest'], ['run', ...filters], {
    show: true,
    env: { VSIS_TEST_RESULT: resultFile },
  });
  const counts = existsSync(resultFile)
    ? (JSON.parse(readFileSync(resultFile, 'utf8')) as Counts) // written by the reporter beside this file
    : { passed: 0, failed: 1 };
  return { ...counts, code };
}

const failedChecks = isPartial ? [] : await runChecks();
if (!(await buildPortal())) failedChecks.push('portal');
if (!findChromium()) {
  console.log(`${chromiumRemedy} ${process.env['CI'] ? 'Journeys fail without it.' : 'Journeys are left out.'}`);
}
const { passed, failed, code } = await runTests();
if (failedChecks.length > 0) console.log(`\nFailed checks: ${failedChecks.join(', ')}`);
console.log(`\n${passed} passed, ${failed + failedChecks.length} failed`);
process.exitCode = code !== 0 || failed + failedChecks.length > 0 ? 1 : 0;
