import { AppError, type Issue } from '#platform/errors';
import { type Resource, stringifyJson, validateResource } from '#platform/fhir';
import { isStoredType } from '#platform/search';
import { type Actor, type Bulk, BulkBuilder, newId, type WriteRequest } from '#platform/store';
import type { LoadItem } from './load-item.ts';

/** What all portions of a load have in common; can be handed to another thread. */
export type PortionSettings = {
  readonly actor: Actor;
  readonly keepVersions: boolean;
  /** Types that other parts look at before they are stored. */
  readonly guarded: readonly string[];
  readonly baseUrl: string | undefined;
};

export type PortionRefusal = {
  readonly origin: string;
  readonly text: string | undefined;
  readonly issues: readonly Issue[];
};

/** Items made ready to be stored, by whatever thread: validated, indexed, encoded. */
export type PreparedPortion = {
  readonly items: number;
  readonly refusals: readonly PortionRefusal[];
  readonly bulk: Bulk;
  /** Place among the items of each row. */
  readonly places: readonly number[];
  /** Of each row: leave the resource alone that is there already. */
  readonly onlyNew: readonly boolean[];
  /** Places of items that have to look at what is stored. */
  readonly needy: readonly number[];
};

/** Validates, indexes and encodes items one after the other. `nowMs` becomes the time of the new versions. */
export function preparePortion(items: Iterable<LoadItem>, settings: PortionSettings, nowMs: number): PreparedPortion {
  const { baseUrl, actor, keepVersions, guarded } = settings;
  const around = {
    now: () => new Date(nowMs),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    guarded: new Set(guarded),
  };
  const builder = new BulkBuilder(around, actor, { keepVersions });
  const refusals: PortionRefusal[] = [];
  const places: number[] = [];
  const onlyNew: boolean[] = [];
  const needy: number[] = [];
  let place = 0;
  for (const item of items) {
    const outcome = addItem(builder, item);
    if (outcome === 'row') {
      places.push(place);
      onlyNew.push(item.onlyNew ?? false);
    } else if (outcome === 'needy') {
      needy.push(place);
    } else {
      refusals.push(toRefusal(item, outcome));
    }
    place += 1;
  }
  return { items: place, refusals, bulk: builder.finish(), places, onlyNew, needy };
}

/** What became of the item: a row, one for `writeResources`, or the reasons why it is refused. */
function addItem(builder: BulkBuilder, item: LoadItem): 'row' | 'needy' | readonly Issue[] {
  const { resource, issues = resource ? issuesOf(resource) : [] } = item;
  if (issues.length > 0 || !resource) {
    return issues;
  }
  try {
    return builder.add(requestOf(item, resource), item.printed) ? 'row' : 'needy';
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    return error.issues;
  }
}

/** What is asked of the store for an item that can be stored. */
export function requestOf(item: LoadItem, resource: Resource): WriteRequest {
  const type = resource.resourceType;
  const id = item.id ?? resource.id ?? newId();
  return item.onlyNew
    ? { kind: 'create', type, wantedId: id, resource }
    : { kind: 'update', type, target: id, resource };
}

function issuesOf(resource: Resource): Issue[] {
  if (!isStoredType(resource.resourceType)) {
    const text = `${String(resource.resourceType)} is no resource that can be stored.`;
    return [{ severity: 'error', code: 'not-supported', text, expression: 'resourceType' }];
  }
  return validateResource(resource).filter((each) => each.severity === 'error' || each.severity === 'fatal');
}

/** Numbers keep their digits as text alone, which outlives the way between threads. */
function toRefusal({ origin, resource }: LoadItem, issues: readonly Issue[]): PortionRefusal {
  return { origin, text: resource && stringifyJson(resource), issues };
}
