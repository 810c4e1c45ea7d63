// Runs `npm start`, `npm test` and the other commands on any Node from 20 on, with nothing installed yet: brings
// node_modules to the lock file, finds the pinned Node 24 in it, and hands over. Plain JavaScript, no dependencies.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { findPinnedNode } from './find-pinned-node.mjs';
import { watchNpm } from './watch-npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Commands, and the steps of each: scripts for Node 24 that run one after the other, with the caller's arguments for the last. */
const commands = {
  start: [['tools/build-portal.ts'], ['src/main.ts']],
  vsis: [['src/cli.ts']],
  test: [['tools/test.ts']],
  check: [['tools/check.ts']],
  format: [['tools/format.ts']],
  generate: [['tools/generate.ts']],
  bench: [['bench/main.ts']],
  conformance: [['test/conformance/run.ts']],
  faults: [['test/faults/run.ts']],
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

let running;

/** Runs one step as a child, passes signals on to it, and gives its exit code. */
function runStep(node, args) {
  return new Promise((resolve) => {
    // The channel tells the child when this script is gone, however it went.
    const child = spawn(node, args, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const forward = (signal) => child.kill(signal);
    running = child;
    for (const signal of signals) process.on(signal, forward);
    child.once('error', (error) => {
      console.error(`Node cannot be run: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

async function main([name, ...args]) {
  const steps = commands[name];
  if (!steps) {
    console.error(`Usage: node tools/run.mjs ${Object.keys(commands).join('|')} [arguments]`);
    return 2;
  }
  const installed = await ensureInstalled(root);
  if (!installed) return 3;
  const node = findPinnedNode(root);
  if (!node) return 3;
  watchNpm(() => running?.kill('SIGTERM'));
  for (const [index, [script]] of steps.entries()) {
    const isLast = index === steps.length - 1;
    if (!existsSync(join(root, script))) {
      console.error(`${script} is missing in this checkout.`);
      return 1;
    }
    const code = await runStep(node, ['--disable-warning=ExperimentalWarning', script, ...(isLast ? args : [])]);
    if (code !== 0) return code;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
