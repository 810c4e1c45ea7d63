import { setImmediate } from 'node:timers/promises';
import type { SaxesTagNS } from 'saxes';
import type { JsonObject, Resource } from '../definitions/resource.ts';
import { findType, isResourceType, type PropertyModel, type TypeModel } from '../definitions/type-model.ts';
import { addComplex, addPrimitive } from './add-value.ts';
import { malformedXml, scanXml, type XmlEvents, type XmlScan } from './scan-xml.ts';
import { readXhtml, type XhtmlReader } from './xhtml-text.ts';

const fhirNamespace = 'http://hl7.org/fhir';
const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';
const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

/** `anyOrder` takes elements that do not keep the order of the definition. */
export type XmlOptions = { readonly anyOrder?: boolean };

/** An element that has been opened and not yet closed. */
type Frame = {
  readonly name: string;
  /** Absent where the definitions do not know the element: what is in it is left out. */
  readonly type: TypeModel | undefined;
  /** In the element around it; absent at the root and in the place of a resource. */
  readonly property: PropertyModel | undefined;
  readonly object: JsonObject;
  /** Of the attribute `value`. */
  readonly value: string | undefined;
  /** Place of the latest child in the order of the definition. */
  last: number;
  /** The one resource within `contained`, `Bundle.entry.resource` and the like. */
  held: Resource | undefined;
};

/**
 * Reads a resource from FHIR XML. What the definitions do not know is kept in the object, so that `validateResource`
 * names it. Throws `AppError` `fhir.malformed-xml`, with line and element, for what cannot be a resource at all.
 */
export function xmlToResource(xml: string, options: XmlOptions = {}): Resource {
  const steps = readInPieces(xml, xml.length + 1, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Characters of a document between two turns of others: a few milliseconds. */
const charactersAtOnce = 64 * 1024;

/** The same as `xmlToResource`; while a large document is read, others have their turn. */
export async function xmlToResourceInTurns(xml: string, options: XmlOptions = {}): Promise<Resource> {
  const steps = readInPieces(xml, charactersAtOnce, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (xml.length > charactersAtOnce) await setImmediate();
  }
}

function* readInPieces(xml: string, piece: number, { anyOrder = false }: XmlOptions): Generator<undefined, Resource> {
  let root: Resource | undefined;
  yield* scanXml(xml, piece, (scan) => createReader(scan, anyOrder, (resource) => (root = resource)));
  if (!root) throw malformedXml('the document is empty', { line: 1, column: 1 });
  return root;
}

function createReader(scan: XmlScan, anyOrder: boolean, finish: (resource: Resource) => void): XmlEvents {
  const frames: Frame[] = [];
  let narrative: XhtmlReader | undefined;

  const refuse = (reason: string): never => {
    throw malformedXml(reason, { line: scan.line, expression: pathOf(frames) });
  };

  const openChild = (parent: Frame, tag: SaxesTagNS): void => {
    const property = parent.type?.properties.get(tag.local);
    if (property?.typeName === 'xhtml') {
      narrative = readXhtml(tag, scan.source, scan.source.lastIndexOf('<', scan.position - 1));
    }
    const type = property?.isPrimitive ? findType('Element') : property?.type;
    frames.push(toFrame(tag, type, property));
    if (tag.uri !== (narrative ? xhtmlNamespace : fhirNamespace) && !(narrative && tag.uri === fhirNamespace)) {
      refuse(`"${tag.local}" must be in the namespace ${narrative ? xhtmlNamespace : fhirNamespace}`);
    }
    if (property && parent.type && !anyOrder) {
      const index = parent.type.elements.indexOf(property.element);
      if (index < parent.last) refuse(`"${tag.local}" stands too late: elements keep the order of the definition`);
      parent.last = index;
    }
  };

  const openResource = (holder: Frame | undefined, tag: SaxesTagNS): void => {
    if (holder?.held) refuse(`"${holder.name}" must hold exactly one resource`);
    const type = isResourceType(tag.local) ? findType(tag.local) : undefined;
    if (!type) return refuse(`there is no R4 resource type "${tag.local}"`);
    frames.push(toFrame(tag, type, undefined));
    if (tag.uri !== fhirNamespace) refuse(`"${tag.local}" must be in the namespace ${fhirNamespace}`);
  };

  const closeFrame = (frame: Frame, parent: Frame | undefined): void => {
    const { property, object, value, name } = frame;
    if (!property && frame.type) {
      const resource: Resource = { resourceType: name, ...object };
      if (parent) parent.held = resource;
      else finish(resource);
    } else if (!parent) {
      return;
    } else if (property?.isPrimitive) {
      addPrimitive(parent.object, property, value, object);
    } else if (property?.typeName === 'Resource') {
      if (!frame.held)
        throw malformedXml(`"${name}" must hold exactly one resource`, placeOf(scan, [...frames, frame]));
      addComplex(parent.object, name, frame.held, property.element.isList);
    } else if (property) {
      addComplex(parent.object, name, object, property.element.isList);
    } else {
      addComplex(parent.object, name, value ?? {}, false);
    }
  };

  return {
    open(tag) {
      if (narrative) return narrative.open(tag);
      const parent = frames.at(-1);
      if (!parent || parent.property?.typeName === 'Resource') openResource(parent, tag);
      else openChild(parent, tag);
    },
    close() {
      const text = narrative?.close(scan.position);
      if (narrative && text === undefined) return;
      const frame = frames.pop();
      const parent = frames.at(-1);
      if (narrative && parent && frame?.property) {
        addComplex(parent.object, frame.name, text, frame.property.element.isList);
        narrative = undefined;
      } else if (frame) {
        closeFrame(frame, parent);
      }
    },
    text(text) {
      if (narrative) narrative.text(text);
      else if (frames.at(-1)?.type && text.trim() !== '')
        refuse(`text is not allowed in "${frames.at(-1)?.name}"; values stand in the attribute "value"`);
    },
  };
}

function toFrame(tag: SaxesTagNS, type: TypeModel | undefined, property: PropertyModel | undefined): Frame {
  const object: JsonObject = {};
  let value: string | undefined;
  for (const key in tag.attributes) {
    const attribute = tag.attributes[key];
    if (!attribute || key === 'xmlns' || attribute.prefix === 'xmlns' || attribute.uri === schemaInstance) continue;
    const takesValue = property?.isPrimitive || !type;
    if (key === 'value' && takesValue) value = attribute.value;
    else object[type?.properties.get(key)?.element.isXmlAttribute ? key : `@${key}`] = attribute.value;
  }
  return { name: tag.local, type, property, object, value, last: -1, held: undefined };
}

function placeOf(scan: XmlScan, frames: readonly Frame[]) {
  return { line: scan.line, expression: pathOf(frames) };
}

/** FHIRPath of the innermost element, with its place in a list as the lists stand when it is opened. */
function pathOf(frames: readonly Frame[]): string {
  let path = '';
  for (const [at, { name, property }] of frames.entries()) {
    const siblings = frames[at - 1]?.object[property?.key ?? name];
    const count = Array.isArray(siblings) ? siblings.length : 0;
    if (at === 0) path = name;
    else if (frames[at - 1]?.property?.typeName !== 'Resource')
      path += `.${name}${property?.element.isList ? `[${count}]` : ''}`;
  }
  return path;
}
