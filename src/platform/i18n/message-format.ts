import { AppError } from '#platform/errors';

/** The readable part of ICU MessageFormat: text, {name}, {n, number}, {d, date, long}, plural with =N and #, select. */
export type MessageNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'number'; readonly name: string }
  | { readonly kind: 'date'; readonly name: string; readonly style: string }
  | { readonly kind: 'choice'; readonly name: string; readonly by: 'plural' | 'select'; readonly cases: MessageCases };

export type MessageCases = Readonly<Record<string, readonly MessageNode[]>>;

/** Reads a message. A fault of grammar throws `i18n.message-unreadable` naming the message and the place. */
export function parseMessage(message: string): readonly MessageNode[] {
  const reader = new MessageReader(message);
  const nodes = reader.readNodes(false);
  if (!reader.atEnd) throw reader.fault('a closing brace without an opening one');
  return nodes;
}

class MessageReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  fault(what: string): AppError {
    return new AppError('fault', 'i18n.message-unreadable', `${what} at ${this.#at} of message "${this.#text}"`);
  }

  /** Nodes up to the end or an unmatched closing brace. `#` is the number only inside a plural. */
  readNodes(insidePlural: boolean): MessageNode[] {
    const nodes: MessageNode[] = [];
    while (!this.atEnd && this.#peek() !== '}') {
      if (this.#peek() === '{') nodes.push(this.#readPlaceholder(insidePlural));
      else if (insidePlural && this.#peek() === '#') {
        this.#at += 1;
        nodes.push({ kind: 'count' });
      } else nodes.push({ kind: 'text', text: this.#readText(insidePlural) });
    }
    return nodes;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #readText(insidePlural: boolean): string {
    const ends = insidePlural ? '{}#' : '{}';
    let text = '';
    while (!this.atEnd && !ends.includes(this.#peek()))
      text += this.#peek() === "'" ? this.#readApostrophe() : this.#next();
    return text;
  }

  #next(): string {
    this.#at += 1;
    return this.#text[this.#at - 1] ?? '';
  }

  // ICU: two apostrophes are one; an apostrophe before a brace or # quotes up to the next one; any other is itself.
  #readApostrophe(): string {
    this.#at += 1;
    if (this.#peek() === "'") return this.#next();
    if (!['{', '}', '#'].includes(this.#peek())) return "'";
    const end = this.#text.indexOf("'", this.#at);
    const quoted = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return quoted;
  }

  #readPlaceholder(insidePlural: boolean): MessageNode {
    this.#expect('{');
    const name = this.#readWord('a name');
    if (this.#takes('}')) return { kind: 'value', name };
    this.#expect(',');
    const type = this.#readWord('a type');
    if (type === 'plural' || type === 'select') return this.#readChoice(name, type, insidePlural);
    const style = this.#takes(',') ? this.#readWord('a style') : '';
    this.#expect('}');
    if (type === 'number') return { kind: 'number', name };
    if (type === 'date') return { kind: 'date', name, style: style === '' ? 'short' : style };
    throw this.fault(`the unknown type ${type}`);
  }

  #readChoice(name: string, by: 'plural' | 'select', insidePlural: boolean): MessageNode {
    this.#expect(',');
    const cases: Record<string, readonly MessageNode[]> = {};
    while (!this.#takes('}')) {
      const key = this.#readWord('a case');
      this.#expect('{');
      cases[key] = this.readNodes(by === 'plural' || insidePlural);
      this.#expect('}');
    }
    if (cases['other'] === undefined) throw this.fault(`no case "other" for ${name}`);
    return { kind: 'choice', name, by, cases };
  }

  #skipSpace(): void {
    while (/\s/.test(this.#peek())) this.#at += 1;
  }

  #takes(sign: string): boolean {
    this.#skipSpace();
    if (this.#peek() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.fault(`"${sign}" expected`);
  }

  #readWord(what: string): string {
    this.#skipSpace();
    const word = /^=?[\p{L}\p{N}_-]+/u.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) throw this.fault(`${what} expected`);
    this.#at += word.length;
    return word;
  }
}
