import type { DestinationStream } from 'pino';

type Line = { time?: string; level?: string; part?: string; msg?: string; err?: { message?: string; stack?: string } };

const left: ReadonlySet<string> = new Set(['time', 'level', 'part', 'msg', 'err', 'requestId']);

function format(line: Line): string {
  const rest = Object.entries(line)
    .filter(([key]) => !left.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = [line.time?.slice(11, 19), line.level?.padEnd(5), line.part, line.msg, ...rest]
    .filter(Boolean)
    .join(' ');
  return line.err ? `${head}: ${line.err.message ?? ''}\n${line.err.stack ?? ''}` : head;
}

/** For a terminal: the same lines, readable. */
export function readableLines(out: { write: (text: string) => unknown }): DestinationStream {
  return {
    write: (text) => {
      out.write(`${format(JSON.parse(text) as Line)}\n`); // as: pino wrote it with the keys of create-log.ts
    },
  };
}
