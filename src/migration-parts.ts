import type { MigrationPart } from '#platform/database';

/**
 * The parts that own tables, in the order their migrations run: a part may refer to those above it.
 * A test holds this list against the `migrations` folders that exist.
 */
export const migrationParts: readonly MigrationPart[] = [
  { name: 'store', folder: new URL('./platform/store/migrations/', import.meta.url) },
  { name: 'events', folder: new URL('./platform/events/migrations/', import.meta.url) },
  { name: 'subscriptions', folder: new URL('./platform/subscriptions/migrations/', import.meta.url) },
  { name: 'exchange', folder: new URL('./platform/exchange/migrations/', import.meta.url) },
  { name: 'bulk', folder: new URL('./platform/bulk/migrations/', import.meta.url) },
  { name: 'views', folder: new URL('./platform/views/migrations/', import.meta.url) },
];
