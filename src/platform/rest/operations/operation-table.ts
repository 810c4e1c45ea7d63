import { AppError } from '#platform/errors';
import { storedTypes } from '#platform/search';
import type { Operation, OperationLevel } from './operation.ts';

/** Where an operation is called. */
export type OperationPlace = { readonly level: OperationLevel; readonly type: string | undefined };

/** All operations of the API. */
export type OperationTable = {
  readonly all: readonly Operation[];
  /** The operation called by a name at a place; refuses what is not there and says where the name is known. */
  readonly get: (name: string, place: OperationPlace) => Operation;
};

/** A second operation of the same name at the same place is a mistake of the program. */
export function createOperationTable(all: readonly Operation[]): OperationTable {
  const byName = Map.groupBy(all, ({ name }) => name);
  for (const operations of byName.values()) {
    refuseOverlap(operations);
  }
  return {
    all,
    get: (name, place) => {
      const known = byName.get(name) ?? [];
      const found = known.find((each) => isOfferedAt(each, place));
      if (!found) {
        throw notOffered(name, known);
      }
      return found;
    },
  };
}

function isOfferedAt({ levels, types }: Operation, { level, type }: OperationPlace): boolean {
  return levels.includes(level) && (level === 'system' || types === undefined || types.includes(type ?? ''));
}

function refuseOverlap(operations: readonly Operation[]): void {
  const taken = new Set<string>();
  for (const { name, levels, types = storedTypes } of operations) {
    const places = levels.flatMap((level) => (level === 'system' ? [level] : types.map((type) => `${type} ${level}`)));
    for (const place of places) {
      if (taken.has(place)) {
        throw new Error(`two operations $${name} at ${place}`);
      }
      taken.add(place);
    }
  }
}

function notOffered(name: string, known: readonly Operation[]): AppError {
  const shown = name.slice(0, 64).toWellFormed();
  const text =
    known.length === 0
      ? `There is no operation $${shown}; the CapabilityStatement lists those there are.`
      : `$${shown} cannot be called here; it can as ${known.flatMap(addressesOf).join(', ')}.`;
  return new AppError('notFound', 'rest.unknown-operation', text, {
    issues: [{ severity: 'error', code: 'not-supported', text }],
  });
}

const below = { type: '', instance: '/[id]', version: '/[id]/_history/[version]' } as const;

function addressesOf({ name, levels, types = ['[type]'] }: Operation): string[] {
  return levels.flatMap((level) =>
    level === 'system' ? [`/$${name}`] : types.map((type) => `/${type}${below[level]}/$${name}`),
  );
}
