import type { Issue } from '#platform/errors';
import { type Resource, stringifyJson, validateResource } from '#platform/fhir';
import { isStoredType } from '#platform/search';
import { type Actor, type Bulk, newId, prepareBulk, type WriteRequest } from '#platform/store';
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

/** Validates, indexes and encodes items. `nowMs` becomes the time of the new versions. */
export function preparePortion(items: readonly LoadItem[], settings: PortionSettings, nowMs: number): PreparedPortion {
  const refusals: PortionRefusal[] = [];
  const sound: number[] = [];
  const requests: WriteRequest[] = [];
  items.forEach((item, place) => {
    const issues = item.issues ?? (item.resource ? issuesOf(item.resource) : []);
    if (issues.length > 0 || !item.resource) {
      refusals.push(toRefusal(item, issues));
    } else {
      sound.push(place);
      requests.push(requestOf(item, item.resource));
    }
  });
  const { baseUrl, actor, keepVersions, guarded } = settings;
  const around = {
    now: () => new Date(nowMs),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    guarded: new Set(guarded),
  };
  const { bulk, places, needy, refused } = prepareBulk(around, actor, requests, { keepVersions });
  const placeOf = (request: number): number => sound[request] ?? 0;
  for (const { place, issues } of refused) {
    const item = items[placeOf(place)];
    if (item) {
      refusals.push(toRefusal(item, issues));
    }
  }
  return {
    items: items.length,
    refusals,
    bulk,
    places: places.map(placeOf),
    onlyNew: places.map((place) => items[placeOf(place)]?.onlyNew ?? false),
    needy: needy.map(placeOf),
  };
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
