import { scanXml } from './scan-xml.ts';

/** An element of a small document that is looked at from several sides, such as a narrative. */
export type XmlElement = {
  readonly name: string;
  /** By name with prefix (`class`, `xml:lang`). */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
};

/** Reads XML into a tree; the text of a narrative is short. Throws as `scanXml` does. */
export function readXmlTree(xml: string): XmlElement {
  const open: XmlElement[] = [];
  const document: XmlElement = { name: '', attributes: {}, children: [] };
  const scan = scanXml(xml, xml.length + 1, () => ({
    open: (tag) => {
      const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
      const element: XmlElement = { name: tag.local, attributes, children: [] };
      (open.at(-1) ?? document).children.push(element);
      open.push(element);
    },
    close: () => void open.pop(),
    text: (text) => void open.at(-1)?.children.push(text),
  }));
  while (!scan.next().done); // in one piece
  return elementsOf(document)[0] ?? document;
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}
