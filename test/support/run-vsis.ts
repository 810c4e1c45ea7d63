import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export type RunningVsis = {
  readonly pid: number;
  /** Everything written so far, on both outputs. */
  readonly output: () => string;
  /** Waits until the output matches; fails when the program ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
};

/** Runs one of the programs from source, as an operator would, with nothing of our environment but the path. */
export function runVsis(
  program: 'src/main.ts' | 'src/cli.ts',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningVsis {
  const child = spawn(process.execPath, [join(root, program), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let notify: () => void = () => undefined;
  const take = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    notify();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      hasEnded = true;
      notify();
      resolve(code);
    });
  });
  async function says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      if (hasEnded) throw new Error(`It ended without saying ${pattern.source}:\n${output}`);
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  }
  return { pid: child.pid ?? 0, output: () => output, says, signal: (name) => child.kill(name), ended };
}
