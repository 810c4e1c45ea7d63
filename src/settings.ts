import { bulkSettings } from '#platform/bulk';
import { flag, integer, port, type Settings, text } from '#platform/config';
import { databaseSettings } from '#platform/database';
import { logSettings } from '#platform/log';
import { processSettings } from '#platform/processes';
import { subscriptionSettings } from '#platform/subscriptions';
import { telemetrySettings } from '#platform/telemetry';
import { servingSettings } from './serving-settings.ts';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

const serverSettings = {
  VSIS_PORT: port({
    default: 8080,
    since: '0.1',
    about: 'The port of the portal and of the FHIR API. 0 takes a free one.',
  }),
  VSIS_HOST: text({
    default: '127.0.0.1',
    since: '0.1',
    accepts: 'an address of this machine alone, such as `127.0.0.1` or `localhost`',
    about:
      'The address to listen on. Until sign-in exists only this machine may connect, and any other address is refused.',
    check: (host) =>
      loopback.test(host)
        ? undefined
        : 'must be an address of this machine alone (127.0.0.1): there is no sign-in yet, so records would be open to everybody',
  }),
  VSIS_DEMO: flag({
    default: true,
    since: '0.1',
    about: 'Demo mode: an invented country is created at the first start, and its people are offered for signing in.',
  }),
  VSIS_PEOPLE: integer({
    default: 1000,
    max: 20_000_000,
    since: '0.1',
    about: 'How many people the invented country has when it is created. Later changes do nothing.',
  }),
  VSIS_DISK_FREE_MB: integer({
    default: 256,
    since: '0.1',
    about:
      'The program counts as not ready while the disk of the data folder has fewer megabytes free. Not heeded with DATABASE_URL.',
  }),
  VSIS_DISK_RESERVE_MB: integer({
    default: 64,
    max: 100_000,
    since: '0.1',
    about:
      'Size of a file in the data folder that is given up when its disk is nearly full: from then on writes are refused and the room is for the records of reads, until there is space again. 0 keeps none. Not heeded with DATABASE_URL.',
  }),
};

/** Everything the program can be told. The reference page is docs/generated/config.md. */
export const specification = {
  ...serverSettings,
  ...servingSettings,
  ...processSettings,
  ...databaseSettings,
  ...bulkSettings,
  ...subscriptionSettings,
  ...logSettings,
  ...telemetrySettings,
};

export type ProgramSettings = Settings<typeof specification>;
