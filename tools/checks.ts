import { runScript, runTool, type ToolResult } from './run-tool.ts';

type Check = { readonly name: string; readonly run: () => Promise<ToolResult>; readonly remedy: string };

/** What is checked without running the program, fastest first. */
const checks: readonly Check[] = [
  {
    name: 'format',
    run: () => runTool(['@biomejs/biome', 'biome'], ['check', '--colors=off', '--max-diagnostics=200', '.']),
    remedy: 'npm run format',
  },
  { name: 'module graph', run: () => runScript('tools/check-graph.ts', []), remedy: 'see module-graph.config.mjs' },
  { name: 'lint', run: () => runTool(['oxlint', 'oxlint'], ['--format=unix']), remedy: 'see .oxlintrc.json' },
  {
    name: 'types',
    run: () => runTool(['typescript', 'tsc'], ['-b', '--pretty', 'false']),
    remedy: 'see tsconfig.json',
  },
  {
    name: 'unused code',
    run: () => runTool(['knip', 'knip'], ['--no-progress', '--config', 'knip.json']),
    remedy: 'remove it, or say in knip.json why it stays',
  },
];

const shownCharacters = 8_000;

const shorten = (text: string): string =>
  text.length <= shownCharacters
    ? text
    : `${text.slice(0, shownCharacters)}\n… ${text.length - shownCharacters} more characters`;

/** Runs every check, tells how each went, and returns the names of those that failed. */
export async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run, remedy } of checks) {
    const { code, output, durationMs } = await run();
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${(durationMs / 1000).toFixed(1)} s)`);
    if (code === 0) continue;
    failed.push(name);
    console.log(`${shorten(output.trim())}\n→ ${remedy}\n`);
  }
  return failed;
}
