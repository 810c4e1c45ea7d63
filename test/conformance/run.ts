import { resolve } from 'node:path';
import { runPatchSuite } from './patch-suite.ts';
import { printReport, type SuiteReport } from './report.ts';
import { runRoundtripSuite } from './roundtrip-suite.ts';
import { runSqlOnFhirSuite } from './sql-on-fhir-suite.ts';
import { runValidatorSuite } from './validator-suite.ts';
import { withOwnDatabase } from './with-own-database.ts';

const suites: Readonly<Record<string, (folder: string) => SuiteReport | Promise<SuiteReport>>> = {
  patch: runPatchSuite,
  roundtrip: runRoundtripSuite,
  'sql-on-fhir': (folder) => withOwnDatabase((sql) => runSqlOnFhirSuite(folder, sql)),
  validator: runValidatorSuite,
};

/** `node test/conformance/run.ts <suite> <folder>`: exit code 0 when the suite ran, whatever it found; 2 on wrong use. */
async function main([name = '', folder]: readonly string[]): Promise<number> {
  const suite = suites[name];
  if (!suite || folder === undefined) {
    process.stderr.write(`usage: conformance ${Object.keys(suites).join('|')} <folder>\n`);
    return 2;
  }
  printReport(await suite(resolve(folder)), (line) => process.stdout.write(`${line}\n`));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
