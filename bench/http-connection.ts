import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A request as it goes over the wire, built once and sent often. */
export type WireRequest = { readonly bytes: Buffer };

export type Answer = {
  readonly status: number;
  /** Bytes of the body. */
  readonly bytes: number;
  /** The body, where it was asked for. */
  readonly body: string | undefined;
};

const answerTimeoutMs = 120_000;
const headEnd = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

/** Renders a request. `headers` come beside Host and Content-Length. */
export function wireRequest(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): WireRequest {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return { bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`) };
}

/** Takes an answer apart as it arrives. Null until the whole of it is there. */
export class AnswerParser {
  #received: Buffer = nothing;
  #status = 0;
  /** Bytes of the body still awaited; undefined before the head is there. */
  #awaited: number | undefined;
  #chunked = false;
  #untilClose = false;
  #bytes = 0;
  #kept: Buffer[] | undefined;
  closes = false;

  constructor(keepBody: boolean) {
    this.#kept = keepBody ? [] : undefined;
  }

  push(data: Buffer): Answer | undefined {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    if (this.#awaited === undefined && !this.#readHead()) return undefined;
    return this.#chunked ? this.#readChunks() : this.#readPlain();
  }

  /** The connection ended: the answer, if its length was left to that. */
  end(): Answer | undefined {
    return this.#untilClose && this.#status > 0 ? this.#answer() : undefined;
  }

  #readHead(): boolean {
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return false;
    const head = this.#received.toString('latin1', 0, end);
    this.#received = this.#received.subarray(end + headEnd.length);
    this.#status = Number(head.slice(9, 12));
    if (!head.startsWith('HTTP/1.') || !Number.isInteger(this.#status)) throw new Error('The answer is no HTTP.');
    if (this.#status < 200) return this.#readHead(); // 100 Continue and the like precede the real one
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    this.closes = /\r\nconnection: *close/i.test(head);
    const empty = this.#status === 204 || this.#status === 304;
    this.#untilClose = !empty && !this.#chunked && length === undefined;
    this.#awaited = this.#untilClose ? Number.POSITIVE_INFINITY : empty ? 0 : Number(length ?? 0);
    return true;
  }

  #take(length: number): void {
    this.#kept?.push(this.#received.subarray(0, length));
    this.#received = this.#received.subarray(length);
    this.#bytes += length;
  }

  #readPlain(): Answer | undefined {
    const awaited = this.#awaited ?? 0;
    const length = Math.min(awaited, this.#received.length);
    this.#take(length);
    this.#awaited = awaited - length;
    return this.#awaited === 0 ? this.#answer() : undefined;
  }

  #readChunks(): Answer | undefined {
    for (;;) {
      const lineEnd = this.#received.indexOf('\r\n');
      if (lineEnd < 0) return undefined;
      const size = Number.parseInt(this.#received.toString('latin1', 0, lineEnd), 16);
      if (Number.isNaN(size)) throw new Error('A chunk of the answer has no size.');
      if (this.#received.length < lineEnd + 2 + size + 2) return undefined;
      this.#received = this.#received.subarray(lineEnd + 2);
      this.#take(size);
      this.#received = this.#received.subarray(2);
      if (size === 0) return this.#answer();
    }
  }

  #answer(): Answer {
    const body = this.#kept && Buffer.concat(this.#kept).toString('utf8');
    return { status: this.#status, bytes: this.#bytes, body };
  }
}

type Waiting = {
  readonly parser: AnswerParser;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};

/**
 * One keep-alive connection that carries one request at a time: a virtual user. It parses no more of HTTP than it
 * must, so that the driver takes little of the machine it shares with the server. After a failure the next request
 * opens the connection anew.
 */
export class HttpConnection {
  readonly #base: URL;
  #socket: Socket | undefined;
  #waiting: Waiting | undefined;

  constructor(base: URL) {
    this.#base = base;
  }

  send(request: WireRequest, keepBody = false): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { parser: new AnswerParser(keepBody), resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(request.bytes);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const host = this.#base.hostname.replace(/^\[|\]$/g, '');
    const isTls = this.#base.protocol === 'https:';
    const port = Number(this.#base.port || (isTls ? 443 : 80));
    const socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
    socket.setNoDelay(true);
    socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error('No answer within two minutes.')));
    socket.on('data', (data: Buffer) => this.#receive(socket, data));
    socket.on('error', (error) => this.#fail(socket, error));
    socket.on('close', () => this.#ended(socket));
    return socket;
  }

  #receive(socket: Socket, data: Buffer): void {
    const waiting = this.#waiting;
    if (!waiting || socket !== this.#socket) return;
    try {
      const answer = waiting.parser.push(data);
      if (!answer) return;
      this.#waiting = undefined;
      if (waiting.parser.closes) this.close();
      waiting.resolve(answer);
    } catch (error) {
      this.#fail(socket, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #ended(socket: Socket): void {
    if (socket !== this.#socket) return;
    const answer = this.#waiting?.parser.end();
    if (answer) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      this.close();
      waiting?.resolve(answer);
    } else {
      this.#fail(socket, new Error('The connection was closed before the answer was complete.'));
    }
  }

  #fail(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.close();
    waiting?.reject(error);
  }
}
