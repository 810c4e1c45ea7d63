import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isJsonObject, parseJson, stringifyJson, validateResource } from '#platform/fhir';

/**
 * `node bench/validation.ts [folder] [files]`: resources per second on one core for reading, validating and writing
 * Synthea records, beside the native JSON functions. Default: 20 bundles of `synthea` in the data folder.
 */
const data = process.env['VSIS_TEST_DATA'] ?? resolve(import.meta.dirname, '../../shared/data');
const folder = process.argv[2] ?? join(data, 'synthea');
if (!existsSync(folder)) {
  process.stderr.write(`There is no folder ${folder}; name one with Synthea bundles.\n`);
  process.exit(2);
}
const files = readdirSync(folder)
  .filter((name) => /\.json(\.gz)?$/.test(name))
  .slice(0, Number(process.argv[3] ?? 20));
const texts = files.flatMap((name) => resourcesOf(readFileSync(join(folder, name)), name.endsWith('.gz')));
const resources = texts.map(parseJson);
const meanBytes = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);

function resourcesOf(content: Buffer, isPacked: boolean): string[] {
  const document = parseJson((isPacked ? gunzipSync(content) : content).toString('utf8'));
  const entries =
    isJsonObject(document) && Array.isArray(document['entry']) ? document['entry'].filter(isJsonObject) : [];
  return entries.length > 0 ? entries.map((entry) => stringifyJson(entry['resource'])) : [stringifyJson(document)];
}

/** Median of five rounds. */
function perSecond(run: () => void): number {
  const rates = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return (texts.length / (performance.now() - start)) * 1_000;
  });
  return Math.round(rates.sort((left, right) => left - right)[2] ?? 0);
}

const invalid = resources.filter((resource) => validateResource(resource).length > 0).length;
const rows: [string, number][] = [
  ['JSON.parse', perSecond(() => texts.forEach((text) => JSON.parse(text)))],
  ['parseJson', perSecond(() => texts.forEach((text) => parseJson(text)))],
  ['JSON.stringify', perSecond(() => resources.forEach((resource) => JSON.stringify(resource)))],
  ['stringifyJson', perSecond(() => resources.forEach((resource) => stringifyJson(resource)))],
  ['validateResource', perSecond(() => resources.forEach((resource) => validateResource(resource)))],
];
process.stdout.write(`${texts.length} resources of ${meanBytes} bytes on average, ${invalid} refused\n`);
for (const [name, rate] of rows) process.stdout.write(`${name.padEnd(18)} ${String(rate).padStart(8)} resources/s\n`);
