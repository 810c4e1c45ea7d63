import fhirpath, { type UserInvocationTable } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { compilePattern } from './compile-pattern.ts';
import { fhirPathHost } from './fhirpath-host.ts';
import { quoteKeywords } from './quote-keywords.ts';

export type FhirPathVariables = Readonly<Record<string, unknown>>;
export type FhirPath = (value: unknown, variables?: FhirPathVariables) => unknown[];

/** Functions that replace the engine's own. */
export const fhirPathFunctions: UserInvocationTable = {
  // The engine reads patterns in Unicode mode, which refuses escapes that FHIR's own invariants use.
  matches: { fn: matches, arity: { 1: ['String'] } },
  // The engine's own wait for a server; these ask the host at hand.
  resolve: { fn: resolve, arity: { 0: [] }, internalStructures: true },
  memberOf: { fn: memberOf, arity: { 1: ['String'] } },
  conformsTo: { fn: conformsTo, arity: { 1: ['String'] } },
};

/** A node of the engine, which alone can make others that know their type. */
type EngineNode = {
  readonly data: unknown;
  readonly ctx: unknown;
  readonly constructor: { makeResNode(ctx: unknown, data: unknown, ...place: null[]): unknown };
};

function resolve(inputs: readonly EngineNode[]): unknown[] {
  const host = fhirPathHost();
  return inputs.flatMap((node) => {
    const target = host.resolve(node.data);
    return target === undefined ? [] : [node.constructor.makeResNode(node.ctx, target, null, null, null, null)];
  });
}

function memberOf(inputs: readonly unknown[], url: string): boolean | [] {
  const [value] = inputs;
  return value === undefined ? [] : (fhirPathHost().memberOf(value, url) ?? []);
}

function conformsTo(inputs: readonly unknown[], url: string): boolean | [] {
  const [value] = inputs;
  return value === undefined ? [] : fhirPathHost().conformsTo(value, url);
}

function matches(inputs: readonly unknown[], pattern: string): boolean | [] {
  const [text] = inputs;
  return typeof text === 'string' ? compilePattern(pattern).test(text) : [];
}

/**
 * Prepares an expression once for many values. `base` is the type or element the values are of
 * (`Patient`, `Patient.contact`, `ElementDefinition.max`); a resource names its own type.
 * `resolve()`, `memberOf()` and `conformsTo()` throw unless a host answers them (`withFhirPathHost`).
 */
export function compileFhirPath(expression: string, base?: string): FhirPath {
  const text = quoteKeywords(expression);
  const path = base === undefined ? text : { base, expression: text };
  const evaluate = fhirpath.compile(path, r4, {
    async: false,
    traceFn: () => undefined,
    userInvocationTable: fhirPathFunctions,
  });
  return (value, variables = {}) => {
    // The engine cannot start from a bare JavaScript number; it has its own decimal.
    const start: unknown = typeof value === 'number' ? fhirpath.FP_Decimal.getDecimal(value) : value;
    return evaluate(start, { ...variables }) as unknown[]; // as: the library types results as any[]
  };
}
