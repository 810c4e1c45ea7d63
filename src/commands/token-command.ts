import { parseArgs } from 'node:util';
import { AppError } from '#platform/errors';
import { demoTokenKey, issueDemoToken } from '#platform/identity';
import { demoIdentities, findDemoIdentity } from '../demo-identities.ts';
import type { Command } from './command.ts';

export const tokenCommand: Command = {
  name: 'token',
  summary: 'print a short-lived bearer token of a demo person (demo mode only)',
  usage: `vsis token [--as <demo person or role>]

Prints a bearer token for the FHIR API, good for one hour. Without --as it lists whom a token can be had for: a person
is named by key, FİN or id.`,
  run: async (args, { settings, print }) => {
    const { values } = parseArgs({ args: [...args], options: { as: { type: 'string' } } });
    if (!settings.VSIS_DEMO) {
      throw new AppError('forbidden', 'identity.no-demo', 'Tokens are printed in demo mode only (VSIS_DEMO).');
    }
    if (values.as === undefined) {
      for (const { key, fin, role, name } of demoIdentities) {
        print(`${key.padEnd(16)} ${fin}  ${role.padEnd(14)} ${name}`);
      }
      return 0;
    }
    const identity = findDemoIdentity(values.as);
    if (!identity) {
      throw new AppError(
        'notFound',
        'identity.no-such-person',
        `There is no demo person or role "${values.as}". See: npm run vsis -- token`,
      );
    }
    print(await issueDemoToken(await demoTokenKey(settings.VSIS_DATA_DIR), identity));
    return 0;
  },
};
