import { randomUUID } from 'node:crypto';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { AppError } from '#platform/errors';
import { sendError } from './send-error.ts';

/** A request body of more bytes is refused with 413. */
export const bodyLimitBytes = 32 * 1024 * 1024;

export type ServerOptions = { readonly logger: FastifyBaseLogger };

/**
 * The HTTP server every part mounts its routes on. Bodies arrive as text: malformed UTF-8 is refused, JSON is left to
 * the part that knows how exactly it must be read. Whatever is thrown becomes an OperationOutcome.
 */
export function createServer({ logger }: ServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: bodyLimitBytes,
    disableRequestLogging: true, // addresses of searches name people; the request log of the log part leaves them out
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    requestTimeout: 120_000,
    clientErrorHandler: refuseMalformedRequest,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, decodeUtf8(body as Buffer)); // as: parseAs says so
    } catch (error) {
      done(error as Error); // as: decodeUtf8 throws nothing else
    }
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff');
    reply.header('Referrer-Policy', 'no-referrer');
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new AppError('notFound', 'http.no-route', 'There is nothing at this address.'), request, reply),
  );
  return app;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new AppError('invalid', 'http.malformed-utf8', 'The body is not well-formed UTF-8.', { cause });
  }
}

/** What the HTTP parser itself refuses never reaches a route; the connection is answered and closed. */
function refuseMalformedRequest(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid', diagnostics: 'The HTTP request is malformed.' }],
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
