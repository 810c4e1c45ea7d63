import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AppError, type Issue } from '#platform/errors';
import { isJsonObject, type JsonObject, parseJson, validateResource, xmlToResource } from '#platform/fhir';
import type { CaseResult, SuiteReport } from './report.ts';
import {
  type Expected,
  type ManifestCase,
  type ManifestPart,
  readExpected,
  readManifest,
} from './validator-manifest.ts';

/**
 * Holds our verdict against the recorded one of the reference validator. Each case counts once for the
 * resource alone and once more for each profile that the suite names; a comparison passes when
 * both find errors or neither does.
 */
export function runValidatorSuite(folder: string): SuiteReport {
  const results: CaseResult[] = [];
  const skipped = { disabled: 0, unrecorded: 0, otherVersion: 0, absent: 0 };
  for (const test of readManifest(folder)) {
    if (test['use-test'] === false) skipped.disabled += 1;
    else if (test.version !== undefined && !test.version.startsWith('4.0')) skipped.otherVersion += 1;
    else if (!existsSync(join(folder, test.file))) skipped.absent += 1;
    else {
      const own = runCase(folder, test);
      if (own.length === 0) skipped.unrecorded += 1;
      results.push(...own);
    }
  }
  const cases = readManifest(folder);
  const logical = cases.filter((test) => test.logical !== undefined).length;
  const patterns = cases.filter((test) => test.matchetype !== undefined).length;
  const notes = [
    `not counted: ${logical} comparisons with logical models (CDA, CDS Hooks) and ${patterns} with match patterns, which are no rules of FHIR R4`,
    `not counted: ${skipped.disabled} cases the suite itself has switched off, ${skipped.unrecorded} without a recorded outcome, ${skipped.otherVersion} of other FHIR versions, ${skipped.absent} whose file is absent`,
  ];
  return { results, notes };
}

function runCase(folder: string, test: ManifestCase): CaseResult[] {
  const results: CaseResult[] = [];
  const base = readExpected(folder, test.java);
  if (base) results.push(compare(test.name, base, findErrors(folder, test)));
  const expected = readExpected(folder, test.profile?.java);
  if (test.profile && expected)
    results.push(compare(`${test.name} (profile)`, expected, findErrors(folder, test, test.profile)));
  return results;
}

function compare(name: string, expected: Expected, found: readonly Issue[]): CaseResult {
  const hasErrors = found.length > 0;
  if (hasErrors === expected.hasErrors) return { name, passed: true };
  const [first] = found;
  const reason = hasErrors
    ? `refused here, accepted there: ${first?.expression ?? ''} ${first?.text ?? ''}`
    : `accepted here, refused there: ${expected.first}`;
  return { name, passed: false, reason };
}

function findErrors(folder: string, test: ManifestCase, part?: ManifestPart): readonly Issue[] {
  let resource: unknown;
  try {
    resource = readResource(join(folder, test.file), test['allow-comments'] === true);
  } catch (error) {
    if (error instanceof AppError) return error.issues;
    throw error;
  }
  const support = readSupport(folder, [
    ...(test.supporting ?? []),
    ...(test.profiles ?? []),
    ...(part?.supporting ?? []),
  ]);
  const profiles = part?.source !== undefined ? [profileUrl(folder, part.source, support)] : [];
  const errors = validateResource(resource, {
    find: (url) => support.get(url),
    profiles,
    strict: true,
    restReferences: test.assumeValidRestReferences === true || part?.assumeValidRestReferences === true,
    isUnknownExtensionRefused: (url) => isRefused(url, test),
  });
  return errors.filter((issue) => issue.severity === 'error' || issue.severity === 'fatal');
}

/**
 * The suite runs its validator with unknown extensions refused, but for examples, the domain a case names, and what its
 * packages would define.
 */
function isRefused(url: string, test: ManifestCase): boolean {
  if (test.packages !== undefined || test.profile?.packages !== undefined) return false;
  if (test['allowed-extension-domain'] !== undefined && url.startsWith(test['allowed-extension-domain'])) return false;
  // Definitions that HL7 publishes beyond R4 are known to the reference validator, in part; we cannot tell which.
  if (url.startsWith('http://hl7.org/fhir/')) return false;
  return test.examples === false || !/^https?:\/\/(?:[\w.-]*\.)?(?:example\.org|acme\.com)\//.test(url);
}

/** Conformance resources that come with a case, by canonical URL. */
function readSupport(folder: string, files: readonly string[]): Map<string, JsonObject> {
  const support = new Map<string, JsonObject>();
  for (const file of files) addSupport(support, join(folder, file));
  return support;
}

function addSupport(support: Map<string, JsonObject>, file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const resource = readLeniently(file);
  if (!isJsonObject(resource)) return undefined;
  const found = resource['resourceType'] === 'Bundle' ? entriesOf(resource) : [resource];
  for (const one of found) if (typeof one['url'] === 'string') support.set(one['url'], one);
  return found.length === 1 && typeof found[0]?.['url'] === 'string' ? found[0]['url'] : undefined;
}

function entriesOf(bundle: JsonObject): JsonObject[] {
  const entries = Array.isArray(bundle['entry']) ? bundle['entry'].filter(isJsonObject) : [];
  return entries.map((entry) => entry['resource']).filter(isJsonObject);
}

function profileUrl(folder: string, source: string, support: Map<string, JsonObject>): string {
  return addSupport(support, join(folder, source)) ?? source;
}

function readResource(file: string, commentsAllowed: boolean): unknown {
  const text = readFileSync(file, 'utf8');
  if (extname(file) === '.xml') return xmlToResource(text);
  return parseJson(commentsAllowed ? withoutComments(text) : text.replace(/^\uFEFF/, ''));
}

function readLeniently(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return extname(file) === '.xml' ? xmlToResource(text, { anyOrder: true }) : parseJson(withoutComments(text));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The suite allows comments of JSON5 in single cases; FHIR does not. */
function withoutComments(text: string): string {
  return text.replaceAll(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, string: string | undefined) => string ?? '',
  );
}
