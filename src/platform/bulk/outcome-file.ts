import { type FileHandle, open } from 'node:fs/promises';
import type { Refusal } from '#platform/exchange';

/** Issues that are told of one resource. */
const issuesAtMost = 100;

/**
 * Why resources were refused, an OperationOutcome a line, up to so many lines; a file that exists only once something was
 * refused.
 */
export class OutcomeFile implements AsyncDisposable {
  readonly #path: string;
  #left: number;
  #handle: FileHandle | undefined;

  constructor(path: string, linesAtMost: number) {
    this.#path = path;
    this.#left = linesAtMost;
  }

  /** Settles when the line has left the process, so that a kill loses no refusal of what counts as decided. */
  async add({ origin, issues }: Refusal): Promise<void> {
    if (this.#left <= 0) {
      return;
    }
    this.#left -= 1;
    this.#handle ??= await open(this.#path, 'a', 0o600);
    const told = issues.slice(0, issuesAtMost).map(({ severity, code, text, expression }) => ({
      severity,
      code,
      diagnostics: `${origin}: ${text}`,
      ...(expression === undefined ? {} : { expression: [expression] }),
    }));
    const untold = issues.length - told.length;
    const diagnostics = `${origin}: ${untold} further issues.`;
    const issue = untold > 0 ? [...told, { severity: 'information', code: 'informational', diagnostics }] : told;
    await this.#handle.appendFile(`${JSON.stringify({ resourceType: 'OperationOutcome', issue })}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}
