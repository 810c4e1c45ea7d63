import { AppError } from '#platform/errors';
import { compileFhirPath, type FhirPath, faultOfSelection, isJsonObject, numberLiteral } from '#platform/fhir';
import { invalidQuery, limits, tooCostly } from './limits.ts';

/** Evaluates FHIRPath over items of a list; `$index` is the place of the item. */
export type PathEvaluator = (expression: string, base: string, item: unknown, index: number) => unknown[];

/** One for each request: it counts. */
export function createPathEvaluator(): PathEvaluator {
  const prepared = new Map<string, FhirPath>();
  let evaluations = 0;
  return (expression, base, item, index) => {
    evaluations += 1;
    if (evaluations > limits.evaluations) {
      throw tooCostly(`An answer evaluates FHIRPath ${limits.evaluations} times at most.`);
    }
    const key = `${base} ${expression}`;
    try {
      const path = prepared.get(key) ?? prepare(expression, base);
      prepared.set(key, path);
      return path(item, { index });
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('invalid', 'graphql.fhirpath-failed', `The FHIRPath cannot be evaluated: ${expression}`, {
        cause,
      });
    }
  };
}

function prepare(expression: string, base: string): FhirPath {
  const fault = faultOfSelection(expression);
  if (fault !== undefined) throw invalidQuery(`fhirpath: ${fault}.`);
  const withPlace = expression.replaceAll(/'(?:\\[^]|[^'\\])*'|\$index\b/g, (found) =>
    found === '$index' ? '%index' : found,
  );
  return compileFhirPath(withPlace, base);
}

/** FHIR R4, graphql.html#list: which items of a repeating element are wanted. */
export function filterItems(
  items: readonly unknown[],
  args: Readonly<Record<string, unknown>>,
  base: string,
  evaluate: PathEvaluator,
): readonly unknown[] {
  const { fhirpath, _offset: offset, _count: count, ...fields } = args;
  let found = items.filter((item) => Object.entries(fields).every(([name, wanted]) => holds(item, name, wanted)));
  if (typeof fhirpath === 'string') {
    found = found.filter((item, index) => isTrue(evaluate(fhirpath, base, item, index)));
  }
  const start = typeof offset === 'number' ? Math.max(offset, 0) : 0;
  return found.slice(start, typeof count === 'number' ? start + Math.max(count, 0) : undefined);
}

function holds(item: unknown, name: string, wanted: unknown): boolean {
  if (!isJsonObject(item)) return false;
  const value = item[name];
  if (Array.isArray(value)) return value.some((each, at) => textAt(value, at, each) === wanted);
  return textAt(item, name, value) === wanted;
}

function textAt(container: object, key: string | number, value: unknown): string | undefined {
  if (typeof value === 'number') return numberLiteral(container, key);
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

function isTrue(found: readonly unknown[]): boolean {
  return found.length > 0 && found.every((each) => each !== false);
}
