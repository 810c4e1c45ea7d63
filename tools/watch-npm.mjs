import { execFileSync } from 'node:child_process';

const everyMs = 500;

function parentOf(pid) {
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined; // no ps here; the nearest parent is watched alone
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * npm runs a script through a shell. A signal to npm ends the shell, which tells its child nothing, and a killed npm
 * tells nobody: without a watch the program would run on unseen. Calls `onGone` once when either of the two has ended.
 */
export function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || npm <= 1 || lives(npm))) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
}
