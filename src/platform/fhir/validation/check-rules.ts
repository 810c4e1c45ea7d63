import { findConstraint } from '../definitions/type-model.ts';
import { compileFhirPath } from '../fhirpath/compile-fhirpath.ts';
import { nativeCodeRules } from './native-code-rules.ts';
import { nativeRules } from './native-rules.ts';
import { type Run, report } from './run.ts';

/** True when the value keeps the rule. */
export type RuleTest = (value: unknown, run: Run) => boolean;
type Rule = { readonly key: string; readonly text: string; readonly test: RuleTest };

const compiled = new Map<string, readonly Rule[]>();

/** Applies the error-level invariants named by `keys` to the value where the walk stands. */
export function checkRules(run: Run, value: unknown, keys: readonly string[], base: string): void {
  if (keys.length === 0) return;
  let rules = compiled.get(base);
  if (!rules) {
    rules = keys.flatMap((key) => compileRule(key, base));
    compiled.set(base, rules);
  }
  for (const rule of rules) {
    if (!rule.test(value, run)) report(run, 'invariant', `Rule ${rule.key} is broken: ${rule.text}`);
  }
}

function compileRule(key: string, base: string): Rule[] {
  const constraint = findConstraint(key);
  if (!constraint) throw new Error(`The definitions have no constraint ${key}`);
  const [severity, expression, text] = constraint;
  if (severity !== 'error') return [];
  return [{ key: key.split('@')[0] ?? key, text, test: nativeRule(key) ?? fhirPathTest(expression, base) }];
}

function nativeRule(key: string): RuleTest | undefined {
  return nativeRules[key] ?? nativeCodeRules[key];
}

/**
 * The rule is broken only by a clear `false`: a comparison that cannot be decided is not held against the sender, and the engine
 * stops at data of a wrong shape, which the structure check has named already.
 */
function fhirPathTest(expression: string, base: string): RuleTest {
  const evaluate = compileFhirPath(expression, base);
  return (value, run) => {
    try {
      return evaluate(value, { resource: run.resource, rootResource: run.rootResource })[0] !== false;
    } catch {
      return true;
    }
  };
}
