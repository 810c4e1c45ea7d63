import { type FileHandle, open } from 'node:fs/promises';
import type { Refusal } from '#platform/exchange';

/** Why resources were refused, an OperationOutcome a line; a file that exists only once something was refused. */
export class OutcomeFile implements AsyncDisposable {
  readonly #path: string;
  #handle: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Settles when the line has left the process, so that a kill loses no refusal of what counts as decided. */
  async add({ origin, issues }: Refusal): Promise<void> {
    this.#handle ??= await open(this.#path, 'a', 0o600);
    const issue = issues.map(({ severity, code, text, expression }) => ({
      severity,
      code,
      diagnostics: `${origin}: ${text}`,
      ...(expression === undefined ? {} : { expression: [expression] }),
    }));
    await this.#handle.appendFile(`${JSON.stringify({ resourceType: 'OperationOutcome', issue })}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}
