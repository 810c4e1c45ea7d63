import { SaxesParser, type SaxesTagNS } from 'saxes';
import { AppError } from '#platform/errors';
import { maxDepth } from '../json/read-exact-json.ts';

/** What a document is made of, in its order; comments and processing instructions are left out. */
export type XmlEvents = {
  readonly open: (tag: SaxesTagNS) => void;
  readonly close: () => void;
  readonly text: (text: string) => void;
};

export type XmlScan = {
  readonly source: string;
  readonly line: number;
  /** Place in the source behind the `>` of the latest tag. */
  readonly position: number;
};

/** FHIR R4, xml.html: the encoding is UTF-8. ASCII is a part of it. */
const encodings: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

/** More elements than 32 MiB of real records have; each costs memory whatever is in it. */
const elementsAtMost = 1_000_000;

/**
 * Runs over a document once and tells `begin`'s events what is in it, without a tree in memory; stops after each
 * `piece` characters, so that its caller can give others their turn. Refuses a document type declaration, so that no
 * entity of the sender's making exists, an encoding other than UTF-8, and more depth than JSON may have.
 * Throws `AppError` `fhir.malformed-xml` with line and column.
 */
export function* scanXml(
  xml: string,
  piece: number,
  begin: (scan: XmlScan) => XmlEvents,
): Generator<undefined, void, undefined> {
  const source = (xml.startsWith('\uFEFF') ? xml.slice(1) : xml).replaceAll(/\r\n?/g, '\n');
  const parser = new SaxesParser({ xmlns: true });
  listen(
    parser,
    begin({
      source,
      get line() {
        return parser.line;
      },
      get position() {
        return parser.position;
      },
    }),
  );
  for (let at = 0; at < source.length; at += piece) {
    parser.write(source.slice(at, at + piece));
    yield;
  }
  parser.close();
}

function listen(parser: SaxesParser<{ xmlns: true }>, events: XmlEvents): void {
  const refuse = (reason: string, cause?: unknown): never => {
    throw malformedXml(reason, { line: parser.line, column: parser.column, cause });
  };
  let depth = 0;
  let elements = 0;
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!encodings.has(encoding.toLowerCase())) refuse('the encoding must be UTF-8');
  });
  parser.on('doctype', () => refuse('a document type declaration is not allowed'));
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, ''), error));
  parser.on('opentag', (tag) => {
    depth += 1;
    elements += 1;
    if (depth > maxDepth) refuse(`elements are nested deeper than ${maxDepth} levels`);
    if (elements > elementsAtMost) throw tooManyElements();
    events.open(tag);
  });
  parser.on('closetag', () => {
    depth -= 1;
    events.close();
  });
  parser.on('text', events.text);
  parser.on('cdata', events.text);
}

function tooManyElements(): AppError {
  const text = `A document has ${elementsAtMost} elements at most; send it in parts.`;
  return new AppError('tooLarge', 'fhir.xml-too-large', text);
}

type Place = {
  readonly line: number;
  readonly column?: number;
  readonly expression?: string;
  readonly cause?: unknown;
};

export function malformedXml(reason: string, { line, column, expression, cause }: Place): AppError {
  const text = `The XML cannot be read: line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}.`;
  const place = expression === undefined ? {} : { expression };
  return new AppError('invalid', 'fhir.malformed-xml', text, {
    cause,
    issues: [{ severity: 'fatal', code: 'structure', text, ...place }],
  });
}
