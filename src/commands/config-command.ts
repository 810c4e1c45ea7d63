import { parseArgs } from 'node:util';
import { flagName } from '#platform/config';
import { specification } from '../settings.ts';
import type { Command } from './command.ts';

function shown(name: string, value: unknown, isSecret: boolean): string {
  if (value === undefined) return `${name} is not set`;
  return `${name}=${isSecret ? '(secret)' : String(value as string | number | boolean)}`; // as: settings hold nothing else
}

export const configCommand: Command = {
  name: 'config',
  summary: 'show the settings in force',
  usage: 'vsis config\n\nShows every setting with the value in force, and its flag. Secrets are not shown.',
  run: async (args, { settings, print }) => {
    parseArgs({ args: [...args] });
    const values: Readonly<Record<string, unknown>> = settings;
    for (const [name, setting] of Object.entries(specification)) {
      print(`${shown(name, values[name], setting.kind === 'secret').padEnd(40)} ${flagName(name)}`);
    }
  },
};
