import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export type ToolResult = { readonly code: number; readonly output: string; readonly durationMs: number };

/** The script behind a package's command, e.g. `oxlint` of `oxlint`. */
function findCommand(packageName: string, command: string): string {
  const manifestPath = join(import.meta.dirname, '../node_modules', packageName, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: string | Record<string, string> }; // npm's shape
  const script = typeof bin === 'string' ? bin : bin[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}.`);
  return join(dirname(manifestPath), script);
}

/** Runs a package's command with the Node that runs us. With `show` its output goes to the terminal as it comes. */
export async function runTool(
  [packageName, command]: readonly [string, string],
  args: readonly string[],
  { show = false, env = {} }: { show?: boolean; env?: Record<string, string> } = {},
): Promise<ToolResult> {
  return runScript(findCommand(packageName, command), args, { show, env });
}

/** Runs a script with the Node that runs us. */
export async function runScript(
  script: string,
  args: readonly string[],
  { show = false, env = {} }: { show?: boolean; env?: Record<string, string> } = {},
): Promise<ToolResult> {
  const startedMs = performance.now();
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`; // tools that start node find ours
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    env: { ...process.env, PATH: path, ...env },
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output, durationMs: performance.now() - startedMs };
}
