import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { describeError } from './describe-error.ts';
import { currentContext } from './request-context.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line per fact. `error` means that someone must act; an expected refusal is `info`. */
export type Log = Logger;

export type LogOptions = { readonly level: LogLevel; readonly destination: DestinationStream };

/** Keys whose values never reach a log, wherever an object carries them. */
const forbiddenKeys = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'body',
  'headers',
  'url',
  'query',
  'params',
  'parameters',
  'name',
  'identifier',
  'resource',
  'content',
];
const depths = ['', '*.', '*.*.'];

/** A request by its route's pattern: its address would name people and their records. */
function describeRequest(request: { id?: unknown; method?: unknown; routeOptions?: { url?: unknown } }) {
  return { id: request.id, method: request.method, route: request.routeOptions?.url ?? 'none' };
}

const describeReply = (reply: { statusCode?: unknown }) => ({ status: reply.statusCode });

/** The root of all loggers: JSON lines, each with the number of its request. Parts take `log.child({ part })`. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const { requestId, trace } = currentContext() ?? {};
        return {
          ...(requestId === undefined ? {} : { requestId }),
          ...(trace === undefined ? {} : { traceId: trace.traceId }),
        };
      },
      serializers: { err: describeError, error: describeError, req: describeRequest, res: describeReply },
      redact: { paths: depths.flatMap((prefix) => forbiddenKeys.map((key) => `${prefix}${key}`)), remove: true },
    },
    destination,
  );
}

/** The logger of one part. */
export const logOf = (log: Log, part: string): Log => log.child({ part });
