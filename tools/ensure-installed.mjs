import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mendPostgres } from './mend-postgres.mjs';

const stampName = '.vsis-lock-hash';
const reportEveryMs = 3_000;

const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether somebody's own `npm ci` or `npm install` brought exactly what the lock asks for. */
function matchesLock(root) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const { packages } = readJson(installed);
  return Object.entries(readJson(join(root, 'package-lock.json')).packages).every(
    ([path, wanted]) => path === '' || (packages[path] ? packages[path].version === wanted.version : wanted.optional),
  );
}

function isInstalled(root) {
  const modules = join(root, 'node_modules');
  if (!existsSync(modules)) return false;
  if (lstatSync(modules).isSymbolicLink()) return true; // somebody shares one folder between checkouts and minds it
  const stamp = join(modules, stampName);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(join(root, 'package-lock.json'))) return true;
  if (!matchesLock(root)) return false;
  writeStamp(root);
  return true;
}

const writeStamp = (root) =>
  writeFileSync(join(root, 'node_modules', stampName), hashOf(join(root, 'package-lock.json')));

/** npm as it was called, else the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.[cm]?js$/.test(script)) return [process.execPath, [script]];
  return process.platform === 'win32' ? ['npm.cmd', []] : ['npm', []];
}

/** Packages that lie complete in node_modules, at its top. */
function countPackages(root) {
  const modules = join(root, 'node_modules');
  const names = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []);
  const folders = names(modules).flatMap((name) =>
    name.startsWith('@') ? names(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return folders.filter((folder) => existsSync(join(modules, folder, 'package.json'))).length;
}

/** Runs npm and says every few seconds how far it is. */
function runNpm(root, args) {
  const [program, first] = npmCommand();
  const startedAt = Date.now();
  const report = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`  installing … ${countPackages(root)} packages after ${seconds} s`);
  };
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(
      program,
      [...first, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      },
    );
    const timer = setInterval(report, reportEveryMs);
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (code) => {
      clearInterval(timer);
      resolve({ code, output });
    };
    child.once('error', (error) => end(`npm cannot be run: ${error.message}`));
    child.once('close', end);
  });
}

/** Brings node_modules to the lock file when it is not there already, and mends the SQL client in it. */
export async function ensureInstalled(root) {
  if (!(await bringToLock(root))) return false;
  try {
    mendPostgres(root);
    return true;
  } catch (error) {
    console.error(
      `The SQL client could not be mended, and would end the program when a connection is cut: ${error.message}`,
    );
    return false;
  }
}

/**
 * Install scripts are not run: the only one that matters makes links inside the PostgreSQL package, and the program makes
 * these itself.
 */
async function bringToLock(root) {
  if (isInstalled(root)) return true;
  console.log('Installing what VSİS needs (once per version, about a minute) …');
  const startedAt = Date.now();
  let result = await runNpm(root, ['ci']);
  if (result.code !== 0 && result.output.includes('EUSAGE')) {
    console.log('  package-lock.json does not name every package; npm completes it for this machine.');
    result = await runNpm(root, ['install', '--no-save']);
  }
  if (result.code !== 0) {
    console.error(`${result.output.trim()}\nThe packages could not be installed. Check the network and run it again.`);
    return false;
  }
  writeStamp(root);
  console.log(`Installed ${countPackages(root)} packages in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  return true;
}
