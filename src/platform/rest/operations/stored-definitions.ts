import type { Issue } from '#platform/errors';
import {
  findCoreProfile,
  isJsonObject,
  type JsonObject,
  parseJson,
  type Resource,
  type ValidationOptions,
  validateResource,
} from '#platform/fhir';
import { parseSearch } from '#platform/search';
import { runSearch, type Sql } from '#platform/store';

const definingTypes = ['StructureDefinition', 'ValueSet', 'CodeSystem', 'Questionnaire'];

/** A profile may lead to another, that to a value set, and that to a code system; longer ways are not followed. */
const roundsAtMost = 6;
/** Of the definitions that one round of a validation asks for, no more are looked up. */
const soughtAtMost = 200;

export type Findings = {
  readonly issues: readonly Issue[];
  /** Canonical urls that neither R4 nor the record defines, of those that were asked for. */
  readonly unknown: ReadonlySet<string>;
};

/** Validates a resource by the definitions of R4 and those that are stored in the record. */
export async function validateByRecord(
  sql: Sql,
  resource: Resource,
  options: Pick<ValidationOptions, 'profiles'> = {},
): Promise<Findings> {
  const definitions = new Map<string, JsonObject>();
  const sought = new Set<string>();
  for (let round = 0; ; round += 1) {
    const missed = new Set<string>();
    const find = (url: string): JsonObject | undefined => {
      const found = definitions.get(url);
      if (!found && !sought.has(url)) {
        missed.add(url);
      }
      return found;
    };
    const issues = validateResource(resource, { ...options, find });
    const wanted = [...missed].slice(0, soughtAtMost);
    const found = round < roundsAtMost ? await findDefinitions(sql, wanted) : [];
    wanted.forEach((url) => sought.add(url));
    if (found.length === 0) {
      return { issues, unknown: new Set([...sought].filter((url) => !definitions.has(url) && !findCoreProfile(url))) };
    }
    found.forEach((each) => definitions.set(String(each['url']), each));
  }
}

/** The newest stored definition of each url, where there is one. */
async function findDefinitions(sql: Sql, urls: readonly string[]): Promise<JsonObject[]> {
  if (urls.length === 0) {
    return [];
  }
  const value = urls.map((url) => url.replace(/[\\,$|]/g, '\\$&')).join(',');
  const pages = await Promise.all(
    definingTypes.map((type) =>
      runSearch(
        sql,
        parseSearch(type, [
          ['url', value],
          ['_sort', '_lastUpdated'],
          ['_total', 'none'],
          ['_count', '1000'],
        ]),
      ),
    ),
  );
  return pages
    .flatMap(({ matches }) => matches)
    .map(({ content }) => parseJson(content ?? 'null'))
    .filter(isJsonObject);
}
