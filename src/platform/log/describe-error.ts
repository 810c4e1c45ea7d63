import { AppError } from '#platform/errors';

export type DescribedError = {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
};

const quoted = /"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|«[^»]*»|\([^)]*\)=\([^)]*\)/g;
const digits = /\d{4,}/g;
const deepestCause = 5;

/** Foreign messages repeat what they were given (a parser its text, a database its keys): quotations and numbers go. */
const withoutQuotations = (message: string): string => message.replace(quoted, '…').replace(digits, '…');

/** The stack without its head, which repeats the message. */
function framesOf(error: Error): string | undefined {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return frames && frames.length > 0 ? frames.map((line) => line.trim()).join('\n') : undefined;
}

/** A parser quotes what it read with whatever quotes and line ends are in it: no rule tells where the quotation stops. */
function messageOf(error: Error): string {
  if (error instanceof SyntaxError) {
    return 'what was given could not be parsed';
  }
  return error instanceof AppError ? error.message : withoutQuotations(error.message);
}

/**
 * What of an error may be written to a log: class, code, stack and causes. The text of our own errors holds no
 * personal data and stays; that of a parser goes, that of all others loses what it quotes. Nothing else of the object is kept.
 */
export function describeError(thrown: unknown, depth = 0): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: 'something that is no error was thrown' };
  const stack = framesOf(thrown);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  return {
    type: thrown.constructor.name,
    message: messageOf(thrown),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(thrown.cause === undefined || depth >= deepestCause ? {} : { cause: describeError(thrown.cause, depth + 1) }),
  };
}
