import { integer } from '#platform/config';

export const bulkSettings = {
  VSIS_BULK_KEEP_HOURS: integer({
    default: 24,
    min: 1,
    max: 24 * 365,
    since: '0.2',
    about: 'How long the files of a bulk export, and what came of a bulk import, can be fetched.',
  }),
};
