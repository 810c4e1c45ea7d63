import { AppError } from '#platform/errors';
import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import {
  type ElementModel,
  findType,
  isResourceType,
  type PropertyModel,
  type TypeModel,
} from '../definitions/type-model.ts';
import { numberLiteral } from '../json/number-literals.ts';
import { escapeXml } from './xhtml-text.ts';

/**
 * Writes a valid resource as FHIR XML: elements in the order of the standard, decimals as they were given.
 * Throws `AppError` `fhir.not-a-resource` for anything else.
 */
export function resourceToXml(resource: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${writeResource(resource, ' xmlns="http://hl7.org/fhir"')}`;
}

function writeResource(resource: unknown, namespace: string): string {
  const name = isJsonObject(resource) ? resource['resourceType'] : undefined;
  const type = typeof name === 'string' && isResourceType(name) ? findType(name) : undefined;
  if (!type || !isJsonObject(resource)) throw notAResource('The value is not an R4 resource.');
  return `<${type.name}${namespace}>${writeChildren(resource, type)}</${type.name}>`;
}

function notAResource(text: string): AppError {
  return new AppError('fault', 'fhir.not-a-resource', text);
}

function writeChildren(object: JsonObject, type: TypeModel): string {
  let xml = '';
  for (const element of type.elements) if (!element.isXmlAttribute) xml += writeElement(object, element);
  return xml;
}

function writeAttributes(object: JsonObject, type: TypeModel): string {
  let xml = '';
  for (const element of type.elements) {
    const value = object[element.name];
    if (element.isXmlAttribute && typeof value === 'string') xml += ` ${element.name}="${escapeXml(value)}"`;
  }
  return xml;
}

function writeElement(object: JsonObject, element: ElementModel): string {
  const property = element.properties.find(({ key }) => object[key] !== undefined || object[`_${key}`] !== undefined);
  if (!property) return '';
  const value = object[property.key];
  const shadow = object[`_${property.key}`];
  if (!element.isList) return writeValue(property, value, shadow, object, property.key);
  const values: unknown[] = Array.isArray(value) ? value : [];
  const shadows: unknown[] = Array.isArray(shadow) ? shadow : [];
  let xml = '';
  for (let index = 0; index < Math.max(values.length, shadows.length); index += 1) {
    xml += writeValue(property, values[index] ?? undefined, shadows[index] ?? undefined, values, index);
  }
  return xml;
}

function writeValue(
  property: PropertyModel,
  value: unknown,
  shadow: unknown,
  container: object,
  key: string | number,
): string {
  if (property.typeName === 'xhtml') return typeof value === 'string' ? value : '';
  if (property.isPrimitive) return writePrimitive(property, value, shadow, container, key);
  if (property.typeName === 'Resource') return `<${property.key}>${writeResource(value, '')}</${property.key}>`;
  if (!isJsonObject(value)) throw notAResource(`${property.element.path} is not an object.`);
  return wrap(property.key, writeAttributes(value, property.type), writeChildren(value, property.type));
}

function writePrimitive(
  property: PropertyModel,
  value: unknown,
  shadow: unknown,
  container: object,
  key: string | number,
): string {
  const type = findType('Element');
  const text = typeof value === 'number' ? numberLiteral(container, key) : String(value);
  const extra = isJsonObject(shadow) && type ? shadow : {};
  const attributes =
    (type ? writeAttributes(extra, type) : '') + (value === undefined ? '' : ` value="${escapeXml(text)}"`);
  return wrap(property.key, attributes, type ? writeChildren(extra, type) : '');
}

function wrap(name: string, attributes: string, content: string): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}
