import { integer, text } from '#platform/config';
import type { ImportSources } from './import-plan.ts';

export const bulkSettings = {
  VSIS_BULK_KEEP_HOURS: integer({
    default: 24,
    min: 1,
    max: 24 * 365,
    since: '0.2',
    about: 'How long the files of a bulk export, and what came of a bulk import, can be fetched.',
  }),
  VSIS_IMPORT_DIR: text({
    since: '0.2',
    accepts: 'a folder',
    about: 'Files below this folder can be named in `$import` as `file:path`. Without it none can.',
  }),
  VSIS_IMPORT_HOSTS: text({
    default: 'none',
    since: '0.2',
    accepts: 'names of hosts with commas between, as `data.example:8443,files.example`, or `none`',
    about: 'The hosts from which `$import` may fetch files by https.',
    check: (hosts) =>
      hosts.split(',').every((each) => /^[\w.-]+(?::\d{1,5})?$/.test(each.trim()))
        ? undefined
        : 'must be names of hosts with commas between, or none',
  }),
};

/** From where imports may come, by the settings. */
export function importSources(settings: {
  readonly VSIS_IMPORT_DIR: string | undefined;
  readonly VSIS_IMPORT_HOSTS: string;
}): ImportSources {
  const hosts = settings.VSIS_IMPORT_HOSTS.split(',').map((each) => each.trim().toLowerCase());
  return {
    hosts: hosts.filter((each) => each !== 'none'),
    ...(settings.VSIS_IMPORT_DIR === undefined ? {} : { folder: settings.VSIS_IMPORT_DIR }),
  };
}
