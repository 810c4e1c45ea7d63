import { SaxesParser, type SaxesTagNS } from 'saxes';
import { AppError } from '#platform/errors';
import { maxDepth } from '../json/read-exact-json.ts';

/** An element of the document; comments and processing instructions are dropped. */
export type XmlElement = {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly { readonly name: string; readonly namespace: string; readonly value: string }[];
  readonly children: (XmlElement | string)[];
  readonly line: number;
  /** Place in the source of the first and behind the last character. */
  readonly start: number;
  end: number;
};

/**
 * Reads XML into a tree. Refuses a document type declaration, so that no entity of the sender's making
 * exists, and the same depth as JSON. Throws `AppError` `fhir.malformed-xml` with line and column.
 */
export function readXmlTree(xml: string): { root: XmlElement; source: string } {
  const source = (xml.startsWith('\uFEFF') ? xml.slice(1) : xml).replaceAll(/\r\n?/g, '\n');
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on('doctype', () => {
    throw malformedXml('a document type declaration is not allowed', parser.line, parser.column);
  });
  parser.on('error', (error) => {
    throw malformedXml(error.message.replace(/^\d+:\d+: /, ''), parser.line, parser.column, error);
  });
  parser.on('opentag', (tag) => {
    if (open.length >= maxDepth)
      throw malformedXml(`elements are nested deeper than ${maxDepth} levels`, parser.line, parser.column);
    const element = toElement(tag, parser.line, source.lastIndexOf('<', parser.position - 1));
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) element.end = parser.position;
  });
  parser.on('text', (text) => void open.at(-1)?.children.push(text));
  parser.on('cdata', (text) => void open.at(-1)?.children.push(text));
  parser.write(source).close();
  if (!root) throw malformedXml('the document is empty', 1, 1);
  return { root, source };
}

function toElement(tag: SaxesTagNS, line: number, start: number): XmlElement {
  const attributes = Object.values(tag.attributes).map(({ local, prefix, uri, value }) => ({
    name: prefix === 'xmlns' ? `xmlns:${local}` : prefix === 'xml' ? `xml:${local}` : local === '' ? 'xmlns' : local,
    namespace: uri,
    value,
  }));
  return { name: tag.local, namespace: tag.uri, attributes, children: [], line, start, end: start };
}

export function malformedXml(reason: string, line: number, column?: number, cause?: unknown): AppError {
  const text = `The XML cannot be read: line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}.`;
  return new AppError('invalid', 'fhir.malformed-xml', text, {
    cause,
    issues: [{ severity: 'fatal', code: 'structure', text }],
  });
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}
