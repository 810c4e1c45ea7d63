import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '#platform/errors';
import {
  applyFhirPathPatch,
  applyJsonPatch,
  parseJson,
  type Resource,
  stringifyJson,
  xmlToResource,
} from '#platform/fhir';
import type { CaseResult, SuiteReport } from './report.ts';

/** The FHIRPath Patch and JSON Patch cases of the folder. XML Patch is not part of the JSON interface of R4. */
export function runPatchSuite(folder: string): SuiteReport {
  const results = [
    ...runIfPresent(folder, 'fhir-patch-tests.xml', runFhirPathCases),
    ...runIfPresent(folder, 'json-patch-tests.json', runJsonCases),
  ];
  const xml = join(folder, 'xml-patch-tests.xml');
  const xmlCases = existsSync(xml) ? readFileSync(xml, 'utf8').match(/<case\b/g)?.length : undefined;
  const notes =
    xmlCases === undefined
      ? []
      : [`not counted: ${xmlCases} XML Patch cases (the server takes JSON Patch and FHIRPath Patch)`];
  return { results, notes };
}

function runIfPresent(folder: string, name: string, run: (text: string) => CaseResult[]): CaseResult[] {
  const file = join(folder, name);
  return existsSync(file) ? run(readFileSync(file, 'utf8')) : [];
}

function runFhirPathCases(text: string): CaseResult[] {
  return [...text.matchAll(/<case\b([^>]*)>([\s\S]*?)<\/case>/g)].map(([, attributes = '', body = '']) => {
    const name = `FHIRPath Patch: ${/name=(["'])(.*?)\1/.exec(attributes)?.[2] ?? 'unnamed'}`;
    const output = contentOf(body, 'output');
    const run = (): Resource =>
      applyFhirPathPatch(xmlToResource(contentOf(body, 'input') ?? ''), xmlToResource(contentOf(body, 'diff') ?? ''));
    return judge(name, run, output === undefined ? undefined : xmlToResource(output));
  });
}

function contentOf(body: string, tag: string): string | undefined {
  return new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*)</${tag}>`).exec(body)?.[1]?.trim();
}

type JsonCase = {
  comment?: string;
  doc: unknown;
  patch: unknown;
  expected?: unknown;
  error?: string;
  disabled?: boolean;
};

function runJsonCases(text: string): CaseResult[] {
  const cases = (parseJson(text) as JsonCase[]).filter((one) => one.disabled !== true); // as: the documented form of the suite
  return cases.map((one, index) => {
    const name = `JSON Patch: ${one.comment ?? `case ${index}`}`;
    return judge(name, () => applyJsonPatch(one.doc, one.patch), one.error === undefined ? one.expected : undefined);
  });
}

/** A case without an expected document wants a refusal. */
function judge(name: string, run: () => unknown, expected: unknown): CaseResult {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return expected === undefined ? { name, passed: true } : { name, passed: false, reason: error.message };
  }
  if (expected === undefined) return { name, passed: false, reason: 'a refusal is expected' };
  const isEqual = isDeepStrictEqual(withPlainNarrative(result), withPlainNarrative(expected));
  return isEqual ? { name, passed: true } : { name, passed: false, reason: `the result is ${stringifyJson(result)}` };
}

/** The suite indents and escapes narratives differently before and after. */
function withPlainNarrative(value: unknown): unknown {
  return JSON.parse(stringifyJson(value), (_, item: unknown) =>
    typeof item === 'string' && item.startsWith('<div')
      ? item
          .replaceAll('&quot;', '"')
          .replaceAll(/\s+/g, ' ')
          .replaceAll(/ ?([<>]) ?/g, '$1')
      : item,
  );
}
