import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTempFolder } from '../test/support/temp-folder.ts';

let folder: { path: string; remove: () => Promise<void> };

beforeEach(async () => {
  folder = await makeTempFolder();
  await mkdir(join(folder.path, 'tools'));
  for (const file of [
    'run.mjs',
    'ensure-installed.mjs',
    'mend-postgres.mjs',
    'find-pinned-node.mjs',
    'watch-npm.mjs',
  ]) {
    await cp(join(import.meta.dirname, file), join(folder.path, 'tools', file));
  }
  await mkdir(join(folder.path, 'src'));
  await writeFile(
    join(folder.path, 'src/cli.ts'),
    `const code: number = Number(process.argv[2]);
     console.log(process.version.split('.')[0], process.argv.slice(2).join(' '));
     if (process.argv[3] === 'die') process.kill(process.pid, 'SIGKILL');
     process.exitCode = code;`,
  );
});
afterEach(() => folder.remove());

function run(...args: string[]) {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder.path, 'tools/run.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...env, npm_execpath: join(folder.path, 'npm-cli.js') },
  });
  return { status, stdout, stderr };
}

/** A registry without surprises: an npm that writes down how it was called and does what it is told. */
async function installNpm(script: string): Promise<void> {
  await writeFile(
    join(folder.path, 'npm-cli.js'),
    `const fs = require('node:fs'); fs.appendFileSync('npm-calls', process.argv.slice(2, 4).join(' ') + '\\n'); ${script}`,
  );
}

const lock = {
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } },
};
const npmCalls = (): Promise<string> => readFile(join(folder.path, 'npm-calls'), 'utf8').catch(() => '');

describe('the script before everything', () => {
  it('hands arguments over and gives the exit code back', async () => {
    await symlink(join(import.meta.dirname, '../node_modules'), join(folder.path, 'node_modules'));
    expect(run('vsis', '7', 'x y')).toMatchObject({ status: 7, stdout: 'v24 7 x y\n' });
    expect(run('vsis', '0', 'die').status).toBe(137);
  });

  it('names its commands when it does not know one', () => {
    expect(run('strat')).toMatchObject({ status: 2, stderr: expect.stringContaining('start|vsis|test') });
  });

  it('installs once per lock file', async () => {
    await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify(lock));
    await installNpm(
      `fs.mkdirSync('node_modules/a', { recursive: true }); fs.writeFileSync('node_modules/a/package.json', '{}');`,
    );
    const first = run('vsis', '0');
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('Installed 1 packages in') });
    expect(run('vsis', '0').stdout).toBe('v24 0\n');
    expect(await npmCalls()).toBe('ci --ignore-scripts\n');
    await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify({ ...lock, changed: true }));
    run('vsis', '0');
    expect(await npmCalls()).toBe('ci --ignore-scripts\nci --ignore-scripts\n');
  });

  it("accepts what somebody's own npm ci installed, without packages of other platforms", async () => {
    await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify(lock));
    await mkdir(join(folder.path, 'node_modules'));
    const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } };
    await writeFile(join(folder.path, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    expect(run('vsis', '0').stdout).toBe('v24 0\n');
    expect(await npmCalls()).toBe('');
  });

  it('lets npm complete a lock file that npm ci refuses', async () => {
    await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify(lock));
    await installNpm(
      `if (process.argv[2] === 'ci') { console.error('npm error code EUSAGE'); process.exit(1); } fs.mkdirSync('node_modules');`,
    );
    expect(run('vsis', '0').status).toBe(0);
    expect(await npmCalls()).toBe('ci --ignore-scripts\ninstall --no-save\n');
  });

  it('says what npm said when it cannot install', async () => {
    await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify(lock));
    await installNpm(`console.error('npm error network down'); process.exit(1);`);
    expect(run('vsis', '0')).toMatchObject({ status: 3, stderr: expect.stringContaining('network down') });
  });
});
