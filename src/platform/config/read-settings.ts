import { readFileSync } from 'node:fs';
import { StartError } from '#platform/errors';
import type { Setting, Settings, Specification } from './setting.ts';

export type SettingSources = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Flags as they came after the command, e.g. `['--port', '8080']`. They win over the environment. */
  readonly flags?: readonly string[];
};

/** Exit code when settings are wrong. */
export const settingsExitCode = 2;

/** `VSIS_DATA_DIR` is `--data-dir`, `DATABASE_URL` is `--database-url`. */
export const flagName = (name: string): string =>
  `--${name
    .replace(/^VSIS_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;

type Given = { readonly origin: string; readonly text: string };

/** Flags by setting name, and what is wrong with the rest. */
function readFlags(
  specification: Specification,
  flags: readonly string[],
): { given: Map<string, Given>; problems: string[] } {
  const byFlag = new Map(Object.keys(specification).map((name) => [flagName(name), name]));
  const given = new Map<string, Given>();
  const problems: string[] = [];
  const rest = [...flags];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [word = '', ...inline] = argument.split('=');
    const isOff = !byFlag.has(word) && word.startsWith('--no-');
    const name = byFlag.get(isOff ? `--${word.slice('--no-'.length)}` : word);
    const setting = name === undefined ? undefined : specification[name];
    if (name === undefined || !setting || (isOff && setting.kind !== 'flag')) {
      problems.push(`${word} is not a setting${suggest(word, [...byFlag.keys()])}`);
    } else if (setting.kind === 'flag' && inline.length === 0) {
      given.set(name, { origin: word, text: isOff ? 'off' : 'on' });
    } else {
      const text = inline.length > 0 ? inline.join('=') : rest.shift();
      if (text === undefined) problems.push(`${word} needs a value: ${setting.accepts}.`);
      else given.set(name, { origin: word, text });
    }
  }
  return { given, problems };
}

/** Sorts the arguments of a command into flags of settings, with their values, and everything else. */
export function splitFlags(
  specification: Specification,
  args: readonly string[],
): { flags: readonly string[]; rest: readonly string[] } {
  const byFlag = new Map(Object.entries(specification).map(([name, setting]) => [flagName(name), setting]));
  const flags: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const word = argument.split('=')[0] ?? '';
    const off = word.startsWith('--no-') ? byFlag.get(`--${word.slice('--no-'.length)}`) : undefined;
    const setting = byFlag.get(word) ?? (off?.kind === 'flag' ? off : undefined);
    if (argument === '--') {
      rest.push(...args.slice(index));
      break;
    }
    if (!setting) rest.push(argument);
    else if (setting.kind === 'flag' || argument.includes('=')) flags.push(argument);
    else {
      flags.push(...args.slice(index, index + 2));
      index += 1;
    }
  }
  return { flags, rest };
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of Array.from(a).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const change = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

function suggest(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  return nearest ? `; did you mean ${nearest.name}?` : '.';
}

/** The text of a secret's file without the line end editors add; or a problem. */
function readSecretFile(name: string, path: string): Given | { problem: string } {
  try {
    return { origin: `${name}_FILE`, text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    return { problem: `${name}_FILE: ${error instanceof Error ? error.message : 'cannot be read'}.` };
  }
}

function findGiven(
  name: string,
  setting: Setting<unknown>,
  sources: SettingSources,
  flags: ReadonlyMap<string, Given>,
) {
  const byFlag = flags.get(name);
  const text = sources.environment[name];
  const file = setting.kind === 'secret' ? sources.environment[`${name}_FILE`] : undefined;
  if (byFlag) return byFlag;
  if (text && file) return { problem: `${name} and ${name}_FILE are both set; leave one out.` };
  if (file) return readSecretFile(name, file);
  return text ? { origin: name, text } : undefined;
}

/** Names of this program in the environment that mean nothing, most likely misspelt. */
function findUnknown(specification: Specification, environment: SettingSources['environment']): string[] {
  const known = Object.keys(specification);
  const names = new Set(known.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(environment)
    .filter((name) => name.startsWith('VSIS_') && !name.startsWith('VSIS_TEST_') && !names.has(name))
    .map((name) => `${name} is not a setting${suggest(name, known)}`);
}

/**
 * Reads every setting of the specification. An empty variable counts as not set.
 * Throws one start error that lists all problems, never only the first.
 */
export function readSettings<S extends Specification>(specification: S, sources: SettingSources): Settings<S> {
  const { given: flags, problems } = readFlags(specification, sources.flags ?? []);
  problems.push(...findUnknown(specification, sources.environment));
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(specification)) {
    const given = findGiven(name, setting, sources, flags);
    if (given === undefined) {
      values[name] = setting.fallback;
    } else if ('problem' in given) {
      problems.push(given.problem);
    } else {
      const parsed = setting.parse(given.text);
      if ('value' in parsed) values[name] = parsed.value;
      else
        problems.push(`${given.origin} ${parsed.problem}${setting.kind === 'secret' ? '' : `, not "${given.text}"`}.`);
    }
  }
  if (problems.length > 0) {
    throw new StartError('config.wrong-settings', settingsExitCode, problems.join('\n'));
  }
  return values as Settings<S>; // each value comes from the setting of its own name
}
