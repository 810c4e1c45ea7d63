import type { JsonObject, Resource } from '../definitions/resource.ts';
import { findType, isResourceType, type PropertyModel, type TypeModel } from '../definitions/type-model.ts';
import { isInexact, rememberLiteral } from '../json/number-literals.ts';
import { elementsOf, malformedXml, readXmlTree, type XmlElement } from './read-xml-tree.ts';
import { toXhtml } from './xhtml-text.ts';

const fhirNamespace = 'http://hl7.org/fhir';
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numericTypes: ReadonlySet<string> = new Set(['integer', 'unsignedInt', 'positiveInt', 'decimal']);

/** `anyOrder` takes elements that do not keep the order of the definition. */
export type XmlOptions = { readonly anyOrder?: boolean };
type Context = { readonly source: string; readonly anyOrder: boolean };

/**
 * Reads a resource from FHIR XML. What the definitions do not know is kept in the object, so that
 * `validateResource` names it. Throws `AppError` `fhir.malformed-xml` for what cannot be a resource at all.
 */
export function xmlToResource(xml: string, options: XmlOptions = {}): Resource {
  const { root, source } = readXmlTree(xml);
  return toResource(root, { source, anyOrder: options.anyOrder ?? false });
}

function toResource(element: XmlElement, context: Context): Resource {
  const type = isResourceType(element.name) ? findType(element.name) : undefined;
  if (!type) throw malformedXml(`there is no R4 resource type "${element.name}"`, element.line);
  if (element.namespace !== fhirNamespace)
    throw malformedXml(`"${element.name}" must be in the namespace ${fhirNamespace}`, element.line);
  return { resourceType: element.name, ...toObject(element, type, context) };
}

function toObject(element: XmlElement, type: TypeModel, context: Context): JsonObject {
  refuseText(element);
  const object: JsonObject = {};
  for (const { name, value, namespace } of element.attributes) {
    if (name === 'xmlns' || name.startsWith('xmlns:') || namespace.endsWith('XMLSchema-instance')) continue;
    object[type.properties.get(name)?.element.isXmlAttribute ? name : `@${name}`] = value;
  }
  let last = -1;
  for (const child of elementsOf(element)) {
    const property = type.properties.get(child.name);
    if (property && !context.anyOrder) last = checkOrder(type, property, last, child);
    addChild(object, child, property, context);
  }
  return object;
}

function refuseText(element: XmlElement): void {
  const text = element.children.find((child) => typeof child === 'string' && child.trim() !== '');
  if (text !== undefined)
    throw malformedXml(`text is not allowed in "${element.name}"; values stand in the attribute "value"`, element.line);
}

/** FHIR R4, xml.html: elements appear in the order of the definition. */
function checkOrder(type: TypeModel, property: PropertyModel, last: number, child: XmlElement): number {
  const index = type.elements.indexOf(property.element);
  if (index < last)
    throw malformedXml(`"${child.name}" stands too late: elements keep the order of the definition`, child.line);
  return index;
}

function addChild(object: JsonObject, child: XmlElement, property: PropertyModel | undefined, context: Context): void {
  if (child.namespace !== fhirNamespace && child.name !== 'div') {
    throw malformedXml(`"${child.name}" must be in the namespace ${fhirNamespace}`, child.line);
  }
  if (property?.typeName === 'xhtml') object[child.name] = toXhtml(child, context.source);
  else if (property?.isPrimitive) addPrimitive(object, child, property, context);
  else if (property) addComplex(object, child.name, toValue(child, property, context), property.element.isList);
  else addComplex(object, child.name, child.attributes.find(({ name }) => name === 'value')?.value ?? {}, false);
}

function toValue(child: XmlElement, property: PropertyModel, context: Context): unknown {
  if (property.typeName !== 'Resource') return toObject(child, property.type, context);
  const [resource, second] = elementsOf(child);
  if (!resource || second) throw malformedXml(`"${child.name}" must hold exactly one resource`, child.line);
  return toResource(resource, context);
}

/** An element that must not repeat but does becomes a list, which validation then refuses. */
function addComplex(object: JsonObject, key: string, value: unknown, isList: boolean): void {
  const present = object[key];
  if (Array.isArray(present)) present.push(value);
  else if (present !== undefined) object[key] = [present, value];
  else object[key] = isList ? [value] : value;
}

function addPrimitive(object: JsonObject, child: XmlElement, property: PropertyModel, context: Context): void {
  refuseText(child);
  const { key } = property;
  const text = child.attributes.find(({ name }) => name === 'value')?.value;
  const shadow = shadowOf(child, context);
  if (text === undefined && shadow === undefined) {
    addComplex(object, key, '', property.element.isList);
    return;
  }
  if (!property.element.isList && object[key] === undefined && object[`_${key}`] === undefined) {
    if (text !== undefined) object[key] = toPrimitive(object, key, text, property.typeName);
    if (shadow) object[`_${key}`] = shadow;
    return;
  }
  addToList(object, key, text, shadow, property.typeName);
}

function addToList(
  object: JsonObject,
  key: string,
  text: string | undefined,
  shadow: JsonObject | undefined,
  typeName: string,
): void {
  const values: unknown[] = asList(object[key]);
  const shadows: unknown[] = asList(object[`_${key}`]);
  const index = Math.max(values.length, shadows.length);
  while (values.length < index) values.push(null);
  values.push(text === undefined ? null : toPrimitive(values, index, text, typeName));
  if (shadow || shadows.length > 0) {
    while (shadows.length < index) shadows.push(null);
    shadows.push(shadow ?? null);
  }
  if (values.some((value) => value !== null)) object[key] = values;
  if (shadows.length > 0) object[`_${key}`] = shadows;
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function shadowOf(child: XmlElement, context: Context): JsonObject | undefined {
  const type = findType('Element');
  const rest: XmlElement = { ...child, attributes: child.attributes.filter(({ name }) => name !== 'value') };
  const shadow = type ? toObject(rest, type, context) : {};
  return Object.keys(shadow).length > 0 ? shadow : undefined;
}

/** A text that the type cannot have stays a text, for validation to name it. */
function toPrimitive(container: object, key: string | number, text: string, typeName: string): unknown {
  if (typeName === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (!numericTypes.has(typeName) || !numberPattern.test(text)) return text;
  if (isInexact(text)) rememberLiteral(container, key, text);
  return Number(text);
}
