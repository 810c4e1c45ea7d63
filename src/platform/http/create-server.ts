import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { guardRequests } from './guard-requests.ts';
import { sendError } from './send-error.ts';

/** A request body of more bytes is refused with 413. */
export const bodyLimitBytes = 32 * 1024 * 1024;

export type ServerOptions = {
  readonly logger: FastifyBaseLogger;
  /** Names beside those of the loopback under which requests may address the server. */
  readonly hostNames?: readonly string[];
  /** How long a request may take to arrive; then it is refused with 408. Two minutes where nothing is said. */
  readonly arrivalMs?: number;
};

/** What a browser may do with an answer: nothing, unless the part that gives it says otherwise (pages do). */
const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
const noPage = "default-src 'none'; frame-ancestors 'none'; sandbox";

/**
 * The HTTP server every part mounts its routes on. Bodies arrive as text: malformed UTF-8 is refused, JSON is left to
 * the part that knows how exactly it must be read. Whatever is thrown becomes an OperationOutcome.
 */
export function createServer({ logger, hostNames, arrivalMs = 120_000 }: ServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: bodyLimitBytes,
    // addresses of searches name people; the request log of the log part leaves them out
    logController: new fastify.LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    http: {
      shouldUpgradeCallback: wantsWebsocket,
      headersTimeout: Math.min(60_000, arrivalMs),
      connectionsCheckingInterval: Math.min(10_000, arrivalMs / 4),
    },
    return503OnClosing: false, // whoever got in before the door closed is served
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: true },
    requestTimeout: arrivalMs,
    // some clients escape the sign that begins the name of an operation; it means the same
    rewriteUrl: ({ url = '/' }) => url.replace(/\/%24(?=[A-Za-z])/, '/$'),
    clientErrorHandler: refuseMalformedRequest,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    decodeBody(request, body),
  );
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(securityHeaders);
    if (!reply.hasHeader('Content-Security-Policy')) {
      reply.header('Content-Security-Policy', noPage);
    }
    done();
  });
  guardRequests(app, hostNames);
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new AppError('notFound', 'http.no-route', 'There is nothing at this address.'), request, reply),
  );
  return app;
}

/**
 * Websockets are at addresses that end so. Anywhere else, and for any other protocol, the wish for an upgrade is passed
 * over and the request answered as every other (RFC 9110, 7.8).
 */
function wantsWebsocket({ headers, url = '' }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && /\/websocket(?:\?|$)/.test(url);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a body, which must be UTF-8 and not compressed. */
export function decodeBody({ headers }: FastifyRequest, body: Buffer): string {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charset = /;\s*charset="?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'identity') {
    throw new AppError(
      'unsupportedMediaType',
      'http.content-encoding',
      'Compressed bodies are not taken; send it plain.',
    );
  }
  if (!/^utf-?8$/i.test(charset)) {
    throw new AppError('unsupportedMediaType', 'http.charset', 'The body must be UTF-8.');
  }
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new AppError('invalid', 'http.malformed-utf8', 'The body is not well-formed UTF-8.', { cause });
  }
}

type Refusal = { readonly status: string; readonly code: string; readonly text: string };

const malformed: Refusal = { status: '400 Bad Request', code: 'invalid', text: 'The HTTP request is malformed.' };
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'too-long',
    text: 'The address or the headers are too long; a search can be sent as POST to _search.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'timeout',
    text: 'The request did not arrive in time.',
  },
};

/** What the HTTP parser itself refuses never reaches a route; the connection is answered and closed. */
function refuseMalformedRequest(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, text } = refusals[error.code ?? ''] ?? malformed;
  const issue = [{ severity: 'error', code, diagnostics: text }];
  const body = JSON.stringify({ resourceType: 'OperationOutcome', issue });
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/fhir+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
