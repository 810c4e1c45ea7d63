import { isJsonObject, type JsonObject } from '../../definitions/resource.ts';
import { findType, type PropertyModel, type TypeModel } from '../../definitions/type-model.ts';

/** A value in place, with what is needed to go on from it. */
export type Item = {
  readonly value: unknown;
  /** Id and extensions of a primitive. */
  readonly shadow: JsonObject | undefined;
  readonly property: PropertyModel | undefined;
  readonly type: TypeModel | undefined;
  /** `.name[0]`: what the place has more than the place of its parent. */
  readonly place: string;
};

export function rootItem(resource: JsonObject, type: TypeModel | undefined): Item {
  return { value: resource, shadow: undefined, property: undefined, type, place: '' };
}

/** The values of one element below an item; `name` may be a choice (`value[x]`) or one type of it (`valueQuantity`). */
export function childItems(parent: Item, name: string): Item[] {
  const holder = isJsonObject(parent.value) ? parent.value : parent.shadow;
  if (!holder || !parent.type) return [];
  return propertiesFor(isJsonObject(parent.value) ? parent.type : findType('Element'), name).flatMap((property) =>
    itemsOf(holder, property),
  );
}

function propertiesFor(type: TypeModel | undefined, name: string): readonly PropertyModel[] {
  const plain = name.endsWith('[x]') ? name.slice(0, -3) : name;
  const single = type?.properties.get(plain);
  if (single) return [single];
  return type?.elements.find((element) => element.isChoice && element.name === plain)?.properties ?? [];
}

function itemsOf(holder: JsonObject, property: PropertyModel): Item[] {
  const value = holder[property.key];
  const shadow = property.isPrimitive ? holder[`_${property.key}`] : undefined;
  if (value === undefined && shadow === undefined) return [];
  const { name } = property.element;
  if (!property.element.isList) return [toItem(value, shadow, property, `.${name}`)];
  const values: unknown[] = Array.isArray(value) ? value : [];
  const shadows: unknown[] = Array.isArray(shadow) ? shadow : [];
  return Array.from({ length: Math.max(values.length, shadows.length) }, (_, index) =>
    toItem(values[index] ?? undefined, shadows[index], property, `.${name}[${index}]`),
  );
}

function toItem(value: unknown, shadow: unknown, property: PropertyModel, place: string): Item {
  const resourceType = isJsonObject(value) && property.typeName === 'Resource' ? value['resourceType'] : undefined;
  const type = typeof resourceType === 'string' ? findType(resourceType) : property.type;
  return { value, shadow: isJsonObject(shadow) ? shadow : undefined, property, type, place };
}
