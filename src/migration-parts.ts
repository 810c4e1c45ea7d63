import type { MigrationPart } from '#platform/database';

/** The same for all tables whose rows belong to a resource, so that what belongs together lies together. */
const byBucket = { by: 'bucket' };

/**
 * The parts that own tables, in the order their migrations run: a part may refer to those above it. Each says where its
 * tables lie when the database is spread over several servers. Tests hold this list against the `migrations` folders
 * and the tables that exist.
 */
export const migrationParts: readonly MigrationPart[] = [
  {
    name: 'store',
    folder: new URL('./platform/store/migrations/', import.meta.url),
    tables: {
      'record.resource': byBucket,
      'record.history': byBucket,
      'record.range_entry': byBucket,
      'record.identifier_entry': byBucket,
      'record.change': byBucket,
      'record.locator': { by: 'home' },
      'record.elsewhere': { by: 'home' },
      'record.ucum_unit': 'reference',
      'record.search_index': 'local',
      'audit.entry': byBucket,
      'audit.erasure': byBucket,
    },
    functions: {
      'record.write': { by: 'here', beside: 'record.resource' },
      'record.read_here': { by: 'here', beside: 'record.resource' },
      'record.erase_here': { by: 'here', beside: 'record.resource' },
      'record.erase_versions_here': { by: 'here', beside: 'record.resource' },
      'record.note_erasure': { by: 'here', beside: 'record.resource' },
    },
  },
  {
    name: 'events',
    folder: new URL('./platform/events/migrations/', import.meta.url),
    tables: { 'events.subscriber': 'local' },
  },
  {
    name: 'subscriptions',
    folder: new URL('./platform/subscriptions/migrations/', import.meta.url),
    tables: {
      'subscriptions.subscription': 'local',
      'subscriptions.event': 'local',
      'subscriptions.binding_token': 'local',
    },
  },
  {
    name: 'exchange',
    folder: new URL('./platform/exchange/migrations/', import.meta.url),
    tables: { 'exchange.import_progress': 'local' },
  },
  { name: 'bulk', folder: new URL('./platform/bulk/migrations/', import.meta.url), tables: { 'bulk.job': 'local' } },
  { name: 'views', folder: new URL('./platform/views/migrations/', import.meta.url), tables: { 'views.run': 'local' } },
];
