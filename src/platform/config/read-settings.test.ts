import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { flagName, readSettings } from './read-settings.ts';
import { choice, flag, integer, port, secret, text } from './setting.ts';
import { settingsPage } from './settings-page.ts';

const since = '0.1';
const specification = {
  VSIS_PORT: port({ default: 8080, since, about: 'Where it listens.' }),
  VSIS_DATABASE_PORT: port({ since, about: 'A second one.' }),
  VSIS_PEOPLE: integer({ default: 1000, max: 5000, since, about: 'How many.' }),
  VSIS_DATA_DIR: text({ default: './data', since, about: 'Where.' }),
  VSIS_DEMO: flag({ default: true, since, about: 'Whether.' }),
  VSIS_LOG_LEVEL: choice({ of: ['debug', 'info'], default: 'info', since, about: 'How much.' }),
  DATABASE_URL: secret({
    since,
    accepts: 'an address',
    about: 'Which.',
    check: (value) => (value.includes('://') ? undefined : 'must be an address'),
  }),
};

const defaults = {
  VSIS_PORT: 8080,
  VSIS_DATABASE_PORT: undefined,
  VSIS_PEOPLE: 1000,
  VSIS_DATA_DIR: './data',
  VSIS_DEMO: true,
  VSIS_LOG_LEVEL: 'info',
  DATABASE_URL: undefined,
};

function problemsOf(environment: Record<string, string>, flags: string[] = []): string[] {
  try {
    readSettings(specification, { environment, flags });
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'config.wrong-settings', exitCode: 2 });
    return error instanceof Error ? error.message.split('\n') : [];
  }
}

describe('settings', () => {
  it.each<[Record<string, string>, string[], Partial<Record<keyof typeof defaults, unknown>>]>([
    [{}, [], {}],
    [{ VSIS_PORT: '9000' }, [], { VSIS_PORT: 9000 }],
    [{ VSIS_PORT: '' }, [], {}],
    [{ VSIS_PORT: '9000' }, ['--port', '9001'], { VSIS_PORT: 9001 }],
    [{}, ['--port=0'], { VSIS_PORT: 0 }],
    [{}, ['--data-dir', '/srv/a b'], { VSIS_DATA_DIR: '/srv/a b' }],
    [{}, ['--data-dir=/srv/a=b'], { VSIS_DATA_DIR: '/srv/a=b' }],
    [{ VSIS_DEMO: 'off' }, [], { VSIS_DEMO: false }],
    [{ VSIS_DEMO: 'FALSE' }, ['--demo'], { VSIS_DEMO: true }],
    [{}, ['--no-demo'], { VSIS_DEMO: false }],
    [{}, ['--demo=off'], { VSIS_DEMO: false }],
    [{}, ['--log-level', 'debug'], { VSIS_LOG_LEVEL: 'debug' }],
    [{ VSIS_TEST_DATA: '/elsewhere' }, [], {}],
    [{ DATABASE_URL: 'postgres://a' }, [], { DATABASE_URL: 'postgres://a' }],
  ])('environment %j and flags %j', (environment, flags, changed) => {
    expect(readSettings(specification, { environment, flags })).toEqual({ ...defaults, ...changed });
  });

  it.each<[Record<string, string>, string[], string]>([
    [{ VSIS_PORT: '70000' }, [], 'VSIS_PORT must be a port from 0 to 65535, not "70000".'],
    [{ VSIS_PORT: '80a' }, [], 'VSIS_PORT must be a port from 0 to 65535, not "80a".'],
    [{ VSIS_PEOPLE: '5001' }, [], 'VSIS_PEOPLE must be a whole number from 0 to 5000, not "5001".'],
    [{ VSIS_PEOPLE: '1e3' }, [], 'VSIS_PEOPLE must be a whole number from 0 to 5000, not "1e3".'],
    [{ VSIS_DEMO: 'maybe' }, [], 'VSIS_DEMO must be `on` or `off`, not "maybe".'],
    [{}, ['--log-level', 'loud'], '--log-level must be one of `debug`, `info`, not "loud".'],
    [{}, ['--prot', '1'], '--prot is not a setting; did you mean --port?'],
    [{}, ['--no-port'], '--no-port is not a setting.'],
    [{}, ['--port'], '--port needs a value: a port from 0 to 65535.'],
    [{ VSIS_PEOPEL: '1' }, [], 'VSIS_PEOPEL is not a setting; did you mean VSIS_PEOPLE?'],
    [{ DATABASE_URL: 'my-password' }, [], 'DATABASE_URL must be an address.'],
    [{ DATABASE_URL_FILE: '/nowhere/at/all' }, [], 'DATABASE_URL_FILE: ENOENT'],
    [{ DATABASE_URL: 'a://', DATABASE_URL_FILE: '/x' }, [], 'DATABASE_URL and DATABASE_URL_FILE are both set'],
  ])('are refused: environment %j and flags %j', (environment, flags, problem) => {
    expect(problemsOf(environment, flags).some((line) => line.startsWith(problem))).toBe(true);
  });

  it('are refused all at once', () => {
    expect(problemsOf({ VSIS_PORT: 'x', VSIS_DEMO: 'y', VSIS_PEOPEL: '1' }, ['--wrong'])).toHaveLength(4);
  });

  it('never repeat a secret', () => {
    expect(problemsOf({ DATABASE_URL: 'my-password' }).join()).not.toContain('my-password');
  });

  it('read a secret from a file', async () => {
    const folder = await makeTempFolder();
    const path = join(folder.path, 'secret');
    await writeFile(path, 'postgres://from-file\n');
    expect(readSettings(specification, { environment: { DATABASE_URL_FILE: path } }).DATABASE_URL).toBe(
      'postgres://from-file',
    );
    await folder.remove();
  });

  it('give every whole number within bounds back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (people) => {
        expect(readSettings(specification, { environment: { VSIS_PEOPLE: String(people) } }).VSIS_PEOPLE).toBe(people);
      }),
    );
  });
});

it.each([
  ['VSIS_DATA_DIR', '--data-dir'],
  ['DATABASE_URL', '--database-url'],
])('the flag of %s is %s', (name, flagOfName) => {
  expect(flagName(name)).toBe(flagOfName);
});

it('the reference page names every setting with its default, flag and release', () => {
  const page = settingsPage(specification);
  for (const name of Object.keys(specification)) expect(page).toContain(`## ${name}\n`);
  expect(page).toContain('- Default: `8080`\n- Flag: `--port <value>`\n- Since: 0.1');
  expect(page).toContain('- Flag: `--demo`, `--no-demo`');
  expect(page).toContain('- Takes: an address (or `DATABASE_URL_FILE`: a file that holds it)\n- Default: –');
});
