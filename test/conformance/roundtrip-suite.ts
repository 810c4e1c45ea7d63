import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '#platform/errors';
import { isJsonObject, parseJson, resourceToXml, stringifyJson, validateResource, xmlToResource } from '#platform/fhir';
import type { CaseResult, SuiteReport } from './report.ts';

/**
 * Every resource of the folder is read, validated and written again; it passes when it is valid, what is written has
 * the same tokens as the source (names, order, texts, and numbers digit by digit), and it is the same after a way
 * through XML and back.
 */
export function runRoundtripSuite(folder: string): SuiteReport {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const results: CaseResult[] = [];
  const xml = { same: 0, different: 0 };
  let skipped = 0;
  for (const name of files.sort()) {
    const text = readFileSync(join(folder, name), 'utf8').replace(/^\uFEFF/, '');
    const result = runFile(name, text);
    if (!result) skipped += 1;
    else {
      const fault = result.passed ? findXmlFault(text) : undefined;
      results.push(fault === undefined ? result : { name, passed: false, reason: `through XML: ${fault}` });
      if (result.passed) xml[fault === undefined ? 'same' : 'different'] += 1;
    }
  }
  const notes = [
    ...(skipped > 0 ? [`not counted: ${skipped} files that are no resources`] : []),
    `through XML and back: ${xml.same} equal, ${xml.different} different`,
  ];
  return { results, notes };
}

function runFile(name: string, text: string): CaseResult | undefined {
  let resource: unknown;
  try {
    resource = parseJson(text);
  } catch (error) {
    if (error instanceof AppError) return { name, passed: false, reason: error.message };
    throw error;
  }
  if (!isJsonObject(resource) || resource['resourceType'] === undefined) return undefined;
  const [issue] = validateResource(resource);
  if (issue) return { name, passed: false, reason: `refused: ${issue.expression ?? ''}: ${issue.text}` };
  const fault = findDifference(tokensOf(text), tokensOf(stringifyJson(resource)));
  return fault === undefined
    ? { name, passed: true }
    : { name, passed: false, reason: `written differently: ${fault}` };
}

/** Strings by their meaning, everything else by its characters. */
function tokensOf(text: string): string[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? [];
  return tokens.map((token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token));
}

function findDifference(source: readonly string[], written: readonly string[]): string | undefined {
  const at = source.findIndex((token, index) => token !== written[index]);
  if (at < 0) return source.length === written.length ? undefined : 'something follows that the source does not have';
  return `${source.slice(Math.max(0, at - 2), at + 1).join(' ')} became ${written[at] ?? 'nothing'}`;
}

function findXmlFault(text: string): string | undefined {
  const resource = parseJson(text);
  try {
    const again = xmlToResource(resourceToXml(resource));
    return isDeepStrictEqual(literalTree(resource), literalTree(again))
      ? undefined
      : 'the resource read from XML is another';
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Numbers as texts, so that 1.10 and 1.1 differ; the order of properties is free. */
export function literalTree(value: unknown): unknown {
  return JSON.parse(
    stringifyJson(value).replaceAll(
      /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g,
      (_, string?: string, number?: string) => string ?? `"#${number ?? ''}"`,
    ),
  );
}
