import { type ElementModel, findType, isKindOf, type PropertyModel } from '#platform/fhir';

export type Family = 'string' | 'number' | 'boolean' | 'time' | 'moment' | 'complex' | 'mixed' | 'none';

const families: Readonly<Record<string, Family>> = {
  boolean: 'boolean',
  integer: 'number',
  positiveInt: 'number',
  unsignedInt: 'number',
  integer64: 'number',
  decimal: 'number',
  date: 'moment',
  dateTime: 'moment',
  instant: 'moment',
  time: 'time',
};

/** How values of a type are compared and shown. */
function familyOf(type: string): Family {
  const known = families[type];
  return known ?? (findType(type)?.kind === 'primitive' ? 'string' : 'complex');
}

/** `mixed` where the types do not agree, `none` for the empty collection. */
export function familyOfAll(types: readonly string[]): Family {
  const [first = 'none', ...others] = new Set(types.map(familyOf));
  return others.length > 0 ? 'mixed' : first;
}

/** An element by its name without the ending of a choice; those of an abstract type where the value is of one. */
export function findElement(type: string, name: string): ElementModel | undefined {
  return findType(type)?.elements.find((element) => element.name === name);
}

export function propertiesOf(types: readonly string[], name: string): readonly PropertyModel[] {
  return types.flatMap((type) => findElement(type, name)?.properties ?? []);
}

/** Whether a value of `type` is one of `wanted`: `code` is a `string`, `Patient` a `Resource`. */
export function isOfType(type: string, wanted: string): boolean {
  return isKindOf(findType(type), wanted);
}

/** Whether a value of `type` may turn out to be one of `wanted`: any resource may be a Patient. */
export function mayBeOfType(type: string, wanted: string): boolean {
  return isOfType(wanted, type) && findType(type)?.isAbstract === true;
}

/** System types of FHIRPath, and what they are called in FHIR. */
const systemTypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  String: 'string',
  Integer: 'integer',
  Decimal: 'decimal',
  Date: 'date',
  DateTime: 'dateTime',
  Time: 'time',
};

/** The FHIR type a specifier means (`Quantity`, `FHIR.Quantity`, `System.String`); undefined where there is none. */
export function resolveType(namespace: string | undefined, name: string): string | undefined {
  const type = namespace === 'FHIR' ? name : (systemTypes[name] ?? (namespace === 'System' ? undefined : name));
  return type !== undefined && findType(type) ? type : undefined;
}
