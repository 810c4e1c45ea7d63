import fhirpath, { type UserInvocationTable } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { compilePattern } from './compile-pattern.ts';
import { quoteKeywords } from './quote-keywords.ts';

export type FhirPathVariables = Readonly<Record<string, unknown>>;
export type FhirPath = (value: unknown, variables?: FhirPathVariables) => unknown[];

/** Functions that replace the engine's own. */
const functions: UserInvocationTable = {
  // The engine reads patterns in Unicode mode, which refuses escapes that FHIR's own invariants use.
  matches: { fn: matches, arity: { 1: ['String'] } },
};

function matches(inputs: readonly unknown[], pattern: string): boolean | [] {
  const [text] = inputs;
  return typeof text === 'string' ? compilePattern(pattern).test(text) : [];
}

/**
 * Prepares an expression once for many values. `base` is the type or element the values are of
 * (`Patient`, `Patient.contact`, `ElementDefinition.max`); a resource names its own type.
 * `resolve()` and other functions that need a server throw.
 */
export function compileFhirPath(expression: string, base?: string): FhirPath {
  const text = quoteKeywords(expression);
  const path = base === undefined ? text : { base, expression: text };
  const evaluate = fhirpath.compile(path, r4, {
    async: false,
    traceFn: () => undefined,
    userInvocationTable: functions,
  });
  return (value, variables = {}) => {
    // The engine cannot start from a bare JavaScript number; it has its own decimal.
    const start: unknown = typeof value === 'number' ? fhirpath.FP_Decimal.getDecimal(value) : value;
    return evaluate(start, { ...variables }) as unknown[]; // as: the library types results as any[]
  };
}
