import type { SaxesTagNS } from 'saxes';

const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';
const plainStart = `<div xmlns="${xhtmlNamespace}"`;

/** A narrative on its way from the document into a text. */
export type XhtmlReader = {
  readonly open: (tag: SaxesTagNS) => void;
  /** The whole narrative once its outermost element is closed, else `undefined`; `end` is the place behind it. */
  readonly close: (end: number) => string | undefined;
  readonly text: (text: string) => void;
};

/**
 * Takes a narrative that begins at `start` with the element `div`: the source itself when it states its namespace there,
 * else written anew, without prefixes and with the namespace on the outermost element.
 */
export function readXhtml(div: SaxesTagNS, source: string, start: number): XhtmlReader {
  const isPlain = source.startsWith(plainStart, start);
  const open: SaxesTagNS[] = [div];
  let written = isPlain ? '' : startTag(div, true);
  return {
    open(tag) {
      open.push(tag);
      if (!isPlain) written += startTag(tag, false);
    },
    close(end) {
      const tag = open.pop();
      if (!isPlain && tag && !tag.isSelfClosing) written += `</${tag.local}>`;
      if (open.length > 0) return undefined;
      return isPlain ? source.slice(start, end) : written;
    },
    text(text) {
      if (!isPlain) written += escapeText(text);
    },
  };
}

function startTag(tag: SaxesTagNS, isOutermost: boolean): string {
  const namespace = isOutermost ? ` xmlns="${escapeXml(tag.uri || xhtmlNamespace)}"` : '';
  const attributes = Object.values(tag.attributes)
    .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
    .map(({ name, value }) => ` ${name}="${escapeXml(value)}"`)
    .join('');
  return `<${tag.local}${namespace}${attributes}${tag.isSelfClosing ? '/>' : '>'}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const needsEscape = /[&<>"\n\r\t]/;

/** Text for an attribute in double quotes; line ends are written so that a reader does not fold them. */
export function escapeXml(text: string): string {
  if (!needsEscape.test(text)) return text;
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;');
}
