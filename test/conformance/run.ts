import { resolve } from 'node:path';
import { runPatchSuite } from './patch-suite.ts';
import { printReport, type SuiteReport } from './report.ts';
import { runRoundtripSuite } from './roundtrip-suite.ts';
import { runValidatorSuite } from './validator-suite.ts';

const suites: Readonly<Record<string, (folder: string) => SuiteReport>> = {
  patch: runPatchSuite,
  roundtrip: runRoundtripSuite,
  validator: runValidatorSuite,
};

/** `node test/conformance/run.ts <suite> <folder>`: exit code 0 when the suite ran, whatever it found; 2 on wrong use. */
function main([name = '', folder]: readonly string[]): number {
  const suite = suites[name];
  if (!suite || folder === undefined) {
    process.stderr.write(`usage: conformance ${Object.keys(suites).join('|')} <folder>\n`);
    return 2;
  }
  printReport(suite(resolve(folder)), (line) => process.stdout.write(`${line}\n`));
  return 0;
}

process.exitCode = main(process.argv.slice(2));
