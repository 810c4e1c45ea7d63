/** Says on the terminal how far a long step has come: one line that is rewritten, or a line a step where it is none. */
export type Progress = {
  readonly step: (text: string) => void;
  readonly update: (text: string) => void;
  readonly end: () => void;
};

export function showProgress(stream: NodeJS.WriteStream): Progress {
  const startedAt = Date.now();
  const elapsed = (): string => `${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s`;
  const rewrite = (text: string): void => {
    stream.write(`\r\u001b[K${elapsed()}  ${text.slice(0, 100)}`);
  };
  return stream.isTTY
    ? { step: rewrite, update: rewrite, end: () => stream.write('\r\u001b[K') }
    : { step: (text) => stream.write(`${elapsed()}  ${text}\n`), update: () => undefined, end: () => undefined };
}
