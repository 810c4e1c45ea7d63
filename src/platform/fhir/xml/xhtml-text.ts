import type { XmlElement } from './read-xml-tree.ts';

const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

/**
 * The element as XHTML text: the source itself when it states its namespace, else written anew with the
 * namespace on the outermost element.
 */
export function toXhtml(element: XmlElement, source: string): string {
  const text = source.slice(element.start, element.end);
  return text.startsWith(`<div xmlns="${xhtmlNamespace}"`) ? text : write(element, true);
}

function write(element: XmlElement, isOutermost: boolean): string {
  const attributes = element.attributes
    .filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(({ name, value }) => ` ${name}="${escapeXml(value)}"`)
    .join('');
  const namespace = isOutermost ? ` xmlns="${element.namespace || xhtmlNamespace}"` : '';
  const content = element.children
    .map((child) => (typeof child === 'string' ? escapeText(child) : write(child, false)))
    .join('');
  const start = `<${element.name}${namespace}${attributes}`;
  return content === '' ? `${start}/>` : `${start}>${content}</${element.name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text for an attribute in double quotes; line ends are written so that a reader does not fold them. */
export function escapeXml(text: string): string {
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;');
}
