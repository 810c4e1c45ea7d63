import { AppError } from '#platform/errors';

/** A member of the scanned object; of the array `opened` each element is a member of its own. */
export type ScannedMember = { readonly name: string; readonly text: string };

/**
 * Cuts a JSON object that arrives in pieces into the texts of its members, without holding more than one of them:
 * a Bundle of any size passes entry by entry. Only nesting is looked at here; the texts are parsed by whoever reads them.
 */
export async function* scanObject(pieces: AsyncIterable<string>, opened: string): AsyncGenerator<ScannedMember> {
  const scanner = new ObjectScanner(opened);
  for await (const piece of pieces) {
    yield* scanner.push(piece);
  }
  scanner.end();
}

class ObjectScanner {
  readonly #opened: string;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Text of the value being captured, as far as earlier pieces brought it. */
  #held = '';
  #capturing = false;
  #name: string | undefined;
  /** Depth at which the captured value ends: 1 for members, 2 for elements of the opened array. */
  #level = 1;
  #started = false;

  constructor(opened: string) {
    this.#opened = opened;
  }

  *push(piece: string): Generator<ScannedMember> {
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (this.#inString) {
        this.#inside(code);
        continue;
      }
      const ended = this.#depth === this.#level && this.#capturing && isEnd(code);
      if (ended) {
        yield* this.#finish(piece.slice(from, at));
      }
      if (this.#structure(code)) {
        from = at + (this.#isOpening(code) ? 0 : 1);
      } else if (!this.#capturing && this.#depth === this.#level && !isSpace(code) && !isMark(code)) {
        this.#capturing = true;
        from = at;
      }
    }
    if (this.#capturing) {
      this.#held += piece.slice(from);
    }
  }

  end(): void {
    if (!this.#started || this.#depth !== 0 || this.#inString) {
      throw new AppError('invalid', 'exchange.malformed-json', 'The file is no complete JSON object.');
    }
  }

  #inside(code: number): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (code === backslash) {
      this.#escaped = true;
    } else if (code === quote) {
      this.#inString = false;
    }
  }

  /** Follows quotes, braces and brackets; true when a captured value begins with this very sign. */
  #structure(code: number): boolean {
    if (code === quote) {
      this.#inString = true;
      return this.#begin();
    }
    if (code === openBrace || code === openBracket) {
      if (this.#depth === 0) {
        this.#started = true;
        this.#depth = 1;
        return false;
      }
      if (this.#depth === 1 && code === openBracket && this.#name === this.#opened) {
        this.#depth = 2;
        this.#level = 2;
        return false;
      }
      const begins = this.#begin();
      this.#depth += 1;
      return begins;
    }
    if (code === closeBrace || code === closeBracket) {
      this.#depth -= 1;
      if (this.#depth === 1 && this.#level === 2) {
        this.#level = 1;
        this.#name = undefined;
      }
    }
    return false;
  }

  #begin(): boolean {
    if (this.#capturing || this.#depth !== this.#level) {
      return false;
    }
    this.#capturing = true;
    return true;
  }

  #isOpening(code: number): boolean {
    return code === quote || code === openBrace || code === openBracket;
  }

  *#finish(tail: string): Generator<ScannedMember> {
    const text = (this.#held + tail).trim();
    this.#held = '';
    this.#capturing = false;
    if (this.#level === 2) {
      yield { name: this.#opened, text };
    } else if (this.#name === undefined) {
      this.#name = String(JSON.parse(text));
    } else {
      yield { name: this.#name, text };
      this.#name = undefined;
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

function isEnd(code: number): boolean {
  return code === comma || code === colon || code === closeBrace || code === closeBracket;
}

function isMark(code: number): boolean {
  return isEnd(code) || code === openBrace || code === openBracket;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
