import { isJsonObject, type JsonObject } from '#platform/fhir';

type Group<Item> = {
  /** The most recent first. */
  items: { readonly order: number; readonly item: Item }[];
  mergedInto: Group<Item> | undefined;
};

/**
 * Keeps the last observations of each code and subject, at most `max` of each. Observations come most recent first.
 *
 * Two belong together when they share a coding (system and code), so that one with a local and a LOINC code joins those
 * with either; without any coding, when their texts are the same. FHIR R4, operation-observation-lastn.html.
 */
export function createLastByCode<Item>(max: number) {
  const groups = new Map<string, Group<Item>>();
  let order = 0;
  return {
    add: (observation: JsonObject, item: Item): void => {
      const keys = groupKeys(observation);
      const known = new Set(
        keys
          .map((key) => groups.get(key))
          .filter((each) => each !== undefined)
          .map(leaderOf),
      );
      const [first = { items: [], mergedInto: undefined }, ...others] = known;
      for (const other of others) {
        first.items = [...first.items, ...other.items].toSorted((a, b) => a.order - b.order).slice(0, max);
        other.items = [];
        other.mergedInto = first;
      }
      keys.forEach((key) => groups.set(key, first));
      if (first.items.length < max) {
        first.items.push({ order, item });
      }
      order += 1;
    },
    /** Group after group, that with the most recent observation first; within each the most recent first. */
    found: (): Item[] => {
      const leaders = [...new Set([...groups.values()].map(leaderOf))];
      return leaders
        .toSorted((a, b) => (a.items[0]?.order ?? 0) - (b.items[0]?.order ?? 0))
        .flatMap(({ items }) => items.map(({ item }) => item));
    },
  };
}

function leaderOf<Item>(group: Group<Item>): Group<Item> {
  let leader = group;
  while (leader.mergedInto) {
    leader = leader.mergedInto;
  }
  return leader;
}

/** What an observation is grouped by: whom it is about together with each of its codings, or with its text. */
function groupKeys({ code, subject }: JsonObject): string[] {
  const about = isJsonObject(subject) ? (subject['reference'] ?? subject['identifier']) : undefined;
  const { coding, text } = isJsonObject(code) ? code : {};
  const codings = (Array.isArray(coding) ? coding : [])
    .filter(isJsonObject)
    .filter((each) => each['code'] !== undefined);
  return codings.length === 0
    ? [JSON.stringify([about, text ?? null])]
    : codings.map((each) => JSON.stringify([about, each['system'] ?? null, each['code']]));
}
