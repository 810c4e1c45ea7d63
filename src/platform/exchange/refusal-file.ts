import type { WriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringifyJson } from '#platform/fhir';
import type { Refusal } from './load-item.ts';

/** One line of the file of refusals: the resource as far as it could be read, and why it was refused. */
export function refusalLine({ origin, resource, issues }: Refusal): string {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: issues.map((each) => ({
      severity: each.severity,
      code: each.code,
      diagnostics: each.text,
      ...(each.expression === undefined ? {} : { expression: [each.expression] }),
    })),
  };
  return `{"origin":${JSON.stringify(origin)},"resource":${resource ? stringifyJson(resource) : 'null'},"outcome":${JSON.stringify(outcome)}}\n`;
}

/** A file that exists only once something was refused. It holds what was refused whole, and its owner alone may read it. */
export class RefusalFile implements AsyncDisposable {
  readonly #path: string;
  #stream: WriteStream | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async add(refusal: Refusal): Promise<void> {
    if (!this.#stream) {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      const file = await open(this.#path, 'w', 0o600);
      if ((await file.stat()).isFile()) {
        await file.chmod(0o600); // one that was there keeps the rights it had
      }
      this.#stream = file.createWriteStream();
    }
    const stream = this.#stream;
    await new Promise<void>((resolve, reject) => {
      stream.write(refusalLine(refusal), (error) => (error ? reject(error) : resolve()));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stream = this.#stream;
    if (stream) {
      await new Promise<void>((resolve) => stream.end(resolve));
    }
  }
}
