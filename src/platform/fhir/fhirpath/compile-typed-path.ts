import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { isJsonObject } from '../definitions/resource.ts';
import { fhirPathFunctions } from './compile-fhirpath.ts';
import { withFhirPathHost } from './fhirpath-host.ts';
import { quoteKeywords } from './quote-keywords.ts';

/** A value with the FHIR type of its element. */
export type TypedValue = { readonly value: unknown; readonly type: string };

/** What the engine hands out for an element: its JSON and its type. */
type EngineNode = { readonly data: unknown; readonly fhirNodeDataType?: unknown };

/** Of a reference no more is known than the type it names. */
const host = {
  resolve: (reference: unknown): unknown => {
    const address = isJsonObject(reference) ? reference['reference'] : reference;
    const type = typeof address === 'string' ? /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/.exec(address)?.[1] : undefined;
    return type === undefined ? undefined : { resourceType: type };
  },
  memberOf: (): undefined => undefined,
  conformsTo: (): boolean => false,
};

/**
 * Prepares an expression that selects elements of a resource, for their values and types. `resolve()` tells the type of
 * what is referred to. Throws when the expression cannot be read; evaluating throws what the engine throws.
 */
export function compileTypedPath(expression: string): (resource: unknown) => readonly TypedValue[] {
  const evaluate = fhirpath.compile(quoteKeywords(expression), r4, {
    async: false,
    resolveInternalTypes: false,
    traceFn: () => undefined,
    userInvocationTable: fhirPathFunctions,
  });
  return (resource) => {
    const found = withFhirPathHost(host, () => evaluate(resource, { resource, rootResource: resource })) as unknown[]; // as: typed any[]
    return found.map(toTyped);
  };
}

function toTyped(found: unknown): TypedValue {
  if (isNode(found)) {
    const type = String(found.fhirNodeDataType ?? '').replace('System.String', 'string');
    return { value: found.data, type };
  }
  if (typeof found === 'boolean' || typeof found === 'number') {
    return { value: found, type: typeof found === 'boolean' ? 'boolean' : 'decimal' };
  }
  return { value: String(found), type: typeof found === 'string' ? 'string' : 'dateTime' };
}

function isNode(value: unknown): value is EngineNode {
  return typeof value === 'object' && value !== null && 'data' in value && 'fhirNodeDataType' in value;
}
