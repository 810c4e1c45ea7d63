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
 * Writes a valid resource as FHIR XML: elements in the order of the standard, decimals as they were given. `pretty`
 * gives each element a line of its own; narratives stay as they are.
 * Throws `AppError` `fhir.not-a-resource` for anything else, and `fhir.not-in-xml` for a character that XML cannot hold.
 */
export function resourceToXml(resource: unknown, { pretty = false }: { readonly pretty?: boolean } = {}): string {
  const xml = writeResource(resource, ' xmlns="http://hl7.org/fhir"', pretty ? '\n' : '');
  return `<?xml version="1.0" encoding="UTF-8"?>${xml}${pretty ? '\n' : ''}`;
}

/** `indent` is what stands before an element: nothing, or a line end and spaces. */
function writeResource(resource: unknown, namespace: string, indent: string): string {
  const name = isJsonObject(resource) ? resource['resourceType'] : undefined;
  const type = typeof name === 'string' && isResourceType(name) ? findType(name) : undefined;
  if (!type || !isJsonObject(resource)) throw notAResource('The value is not an R4 resource.');
  return wrap(type.name, namespace, writeChildren(resource, type, deeper(indent)), indent);
}

function deeper(indent: string): string {
  return indent === '' ? '' : `${indent}  `;
}

function notAResource(text: string): AppError {
  return new AppError('fault', 'fhir.not-a-resource', text);
}

function writeChildren(object: JsonObject, type: TypeModel, indent: string): string {
  let xml = '';
  for (const element of type.elements) if (!element.isXmlAttribute) xml += writeElement(object, element, indent);
  return xml;
}

function writeAttributes(object: JsonObject, type: TypeModel): string {
  let xml = '';
  for (const element of type.elements) {
    const value = object[element.name];
    if (element.isXmlAttribute && typeof value === 'string') xml += ` ${element.name}="${toXmlText(value, element)}"`;
  }
  return xml;
}

function writeElement(object: JsonObject, element: ElementModel, indent: string): string {
  const property = element.properties.find(({ key }) => object[key] !== undefined || object[`_${key}`] !== undefined);
  if (!property) return '';
  const value = object[property.key];
  const shadow = object[`_${property.key}`];
  if (!element.isList) return writeValue({ property, value, shadow, container: object, key: property.key }, indent);
  const values: unknown[] = Array.isArray(value) ? value : [];
  const shadows: unknown[] = Array.isArray(shadow) ? shadow : [];
  let xml = '';
  for (let index = 0; index < Math.max(values.length, shadows.length); index += 1) {
    const at = { value: values[index] ?? undefined, shadow: shadows[index] ?? undefined };
    xml += writeValue({ property, ...at, container: values, key: index }, indent);
  }
  return xml;
}

/** One value of an element, and where it stands: there its number is remembered as it was written. */
type Written = {
  readonly property: PropertyModel;
  readonly value: unknown;
  readonly shadow: unknown;
  readonly container: object;
  readonly key: string | number;
};

function writeValue(written: Written, indent: string): string {
  const { property, value } = written;
  if (property.typeName === 'xhtml') return typeof value === 'string' ? `${indent}${value}` : '';
  if (property.isPrimitive) return writePrimitive(written, indent);
  const inner = deeper(indent);
  if (property.typeName === 'Resource') return wrap(property.key, '', writeResource(value, '', inner), indent);
  if (!isJsonObject(value)) throw notAResource(`${property.element.path} is not an object.`);
  return wrap(property.key, writeAttributes(value, property.type), writeChildren(value, property.type, inner), indent);
}

function writePrimitive({ property, value, shadow, container, key }: Written, indent: string): string {
  const type = findType('Element');
  const text = typeof value === 'number' ? numberLiteral(container, key) : String(value);
  const extra = isJsonObject(shadow) && type ? shadow : {};
  const attributes =
    (type ? writeAttributes(extra, type) : '') +
    (value === undefined ? '' : ` value="${toXmlText(text, property.element)}"`);
  return wrap(property.key, attributes, type ? writeChildren(extra, type, deeper(indent)) : '', indent);
}

function wrap(name: string, attributes: string, content: string, indent: string): string {
  return content === ''
    ? `${indent}<${name}${attributes}/>`
    : `${indent}<${name}${attributes}>${content}${indent}</${name}>`;
}

/** XML 1.0, production Char: these stand in no document, however they are written. */
const outsideXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function toXmlText(text: string, { path }: ElementModel): string {
  if (!outsideXml.test(text)) return escapeXml(text);
  const reason = 'The resource holds a character that XML cannot hold; read it as JSON.';
  throw new AppError('notAcceptable', 'fhir.not-in-xml', reason, {
    issues: [{ severity: 'error', code: 'value', text: reason, expression: path }],
  });
}
