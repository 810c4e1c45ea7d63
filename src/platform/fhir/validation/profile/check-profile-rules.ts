import type { JsonObject } from '../../definitions/resource.ts';
import { compileFhirPath, type FhirPath } from '../../fhirpath/compile-fhirpath.ts';
import { type FhirPathHost, withFhirPathHost } from '../../fhirpath/fhirpath-host.ts';
import { objectsOf } from '../questionnaire-items.ts';
import type { Run } from '../run.ts';
import type { Item } from './profile-items.ts';

const compiled = new Map<string, FhirPath | undefined>();

/** Applies the error-level invariants of a profile; one that the engine cannot evaluate judges nothing. */
export function checkProfileRules(
  { run, host }: { run: Run; host: FhirPathHost },
  definition: JsonObject,
  item: Item,
  fail: (text: string) => void,
): void {
  for (const { key, severity, expression, human } of objectsOf(definition, 'constraint')) {
    if (severity !== 'error' || typeof expression !== 'string' || item.value === undefined) continue;
    if (withFhirPathHost(host, () => holds(run, expression, item)) === false)
      fail(`Rule ${String(key)} is broken: ${String(human)}`);
  }
}

function holds(run: Run, expression: string, item: Item): boolean | undefined {
  try {
    const result = prepared(expression, baseOf(item))?.(item.value, {
      resource: run.resource,
      rootResource: run.rootResource,
    });
    return result === undefined || result.length === 0 ? undefined : result[0] !== false;
  } catch {
    return undefined;
  }
}

/** The engine needs the type of what it starts from; a resource names its own. */
function baseOf(item: Item): string | undefined {
  if (!item.property || item.type?.kind === 'resource') return undefined;
  return item.property.isPrimitive ? item.property.element.path.replace('[x]', '') : item.type?.name;
}

function prepared(expression: string, base: string | undefined): FhirPath | undefined {
  const key = `${base ?? ''}|${expression}`;
  if (!compiled.has(key)) compiled.set(key, compileOrNothing(expression, base));
  return compiled.get(key);
}

function compileOrNothing(expression: string, base: string | undefined): FhirPath | undefined {
  try {
    return compileFhirPath(expression, base);
  } catch {
    return undefined;
  }
}
