import { isJsonObject, type JsonObject } from './resource.ts';

/** What an extension, or a part of a complex one, may hold. */
export type ExtensionPart = {
  readonly min: number;
  /** -1 where there is no limit. */
  readonly max: number;
  /** Types of the value; empty where a value is not allowed, `undefined` where any is. */
  readonly types?: readonly string[];
  /** URL of the value set of a required binding. */
  readonly valueSet?: string;
  /** By the relative URL of the part. */
  readonly parts?: Readonly<Record<string, ExtensionPart>>;
};
export type ExtensionModel = ExtensionPart & {
  readonly contexts: readonly { readonly type: string; readonly expression: string }[];
  readonly isModifier?: true;
};

/** The rules of one extension from its StructureDefinition; the differential serves where there is no snapshot. */
export function toExtensionModel(definition: JsonObject): ExtensionModel {
  const elements = elementsOf(definition['snapshot']) ?? elementsOf(definition['differential']) ?? [];
  const contexts = Array.isArray(definition['context']) ? definition['context'].filter(isJsonObject) : [];
  const root = elements.find((element) => element['id'] === 'Extension');
  return {
    ...toPart(elements, 'Extension'),
    contexts: contexts.map((context) => ({ type: String(context['type']), expression: String(context['expression']) })),
    ...(root?.['isModifier'] === true ? { isModifier: true } : {}),
  };
}

function elementsOf(view: unknown): JsonObject[] | undefined {
  return isJsonObject(view) && Array.isArray(view['element']) ? view['element'].filter(isJsonObject) : undefined;
}

function toPart(elements: readonly JsonObject[], id: string): ExtensionPart {
  const own = elements.find((element) => element['id'] === id);
  const value = elements.find((element) => element['id'] === `${id}.value[x]` || isOnlyTypeOf(element, id));
  const min = own?.['min'];
  const types = valueTypes(value);
  const valueSet = requiredValueSet(value);
  const parts = partsOf(elements, id);
  return {
    min: typeof min === 'number' ? min : 0,
    max: own?.['max'] === undefined || own['max'] === '*' ? -1 : Number(own['max']),
    ...(types ? { types } : {}),
    ...(valueSet === undefined ? {} : { valueSet }),
    ...(Object.keys(parts).length > 0 ? { parts } : {}),
  };
}

/** `valueCode` written in place of `value[x]`. */
function isOnlyTypeOf(element: JsonObject, id: string): boolean {
  return (
    typeof element['id'] === 'string' &&
    new RegExp(`^${id.replaceAll(/[.[\]]/g, '\\$&')}\\.value[A-Z][A-Za-z]*$`).test(element['id'])
  );
}

function valueTypes(value: JsonObject | undefined): string[] | undefined {
  if (!value) return undefined;
  if (value['max'] === '0') return [];
  const types = Array.isArray(value['type']) ? value['type'].filter(isJsonObject) : [];
  // Fifty types are the whole choice of the base definition.
  return types.length === 0 || types.length >= 50 ? undefined : types.map((type) => String(type['code']));
}

function requiredValueSet(value: JsonObject | undefined): string | undefined {
  const binding = value?.['binding'];
  if (!isJsonObject(binding) || binding['strength'] !== 'required' || typeof binding['valueSet'] !== 'string')
    return undefined;
  return binding['valueSet'].split('|')[0];
}

function partsOf(elements: readonly JsonObject[], id: string): Record<string, ExtensionPart> {
  const prefix = `${id}.extension:`;
  const parts: Record<string, ExtensionPart> = {};
  for (const element of elements) {
    const own = element['id'];
    if (typeof own !== 'string' || !own.startsWith(prefix) || own.slice(prefix.length).includes('.')) continue;
    const url = elements.find((other) => other['id'] === `${own}.url`)?.['fixedUri'];
    parts[typeof url === 'string' ? url : own.slice(prefix.length)] = toPart(elements, own);
  }
  return parts;
}
