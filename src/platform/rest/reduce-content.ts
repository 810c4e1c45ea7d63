import { copyLiterals, findType, isJsonObject, parseJson, stringifyJson } from '#platform/fhir';
import { isStoredType, type SearchQuery, summaryPathsOf } from '#platform/search';

/** FHIR R4, search.html#summary: what has been left out must not be mistaken for a whole resource. */
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

const always = ['resourceType', 'id', 'meta'];

/** The part of a stored resource that `_summary` or `_elements` asks for; the text as stored when all is wanted. */
export function reduceContent(type: string, content: string, query: Pick<SearchQuery, 'summary' | 'elements'>): string {
  const keep = chooser(type, query);
  if (!keep) {
    return content;
  }
  const resource = parseJson(content);
  if (!isJsonObject(resource)) {
    return content;
  }
  const reduced = pick(resource, '', keep);
  const meta = isJsonObject(resource['meta']) ? resource['meta'] : {};
  const tags = Array.isArray(meta['tag']) ? meta['tag'] : [];
  const others = tags.filter((each) => !isJsonObject(each) || each['code'] !== subsetted.code);
  const stamped = { ...reduced, meta: { ...meta, tag: [...others, subsetted] } };
  copyLiterals(reduced, stamped);
  return stringifyJson(stamped);
}

type Chooser = (path: string) => boolean;

function chooser(type: string, { summary, elements }: Pick<SearchQuery, 'summary' | 'elements'>): Chooser | undefined {
  const wanted = elementsOf(type, elements);
  if (wanted.length > 0) {
    return byElement(new Set([...always, ...mandatoryElements(type), ...wanted]));
  }
  switch (summary) {
    case 'true': {
      const paths = summaryPathsOf(type);
      return (path) => path === 'resourceType' || isSummary(path, paths);
    }
    case 'text':
      return byElement(new Set([...always, ...mandatoryElements(type), 'text']));
    case 'data':
      return (path) => path !== 'text';
    default:
      return undefined;
  }
}

/** `name` counts for every type, `Patient.name` for Patient alone, and `name.family` keeps all of `name`. */
function elementsOf(type: string, elements: readonly string[]): string[] {
  return elements.flatMap((each) => {
    const [first = '', second] = each.split('.');
    if (!isStoredType(first)) {
      return [first];
    }
    return first === type && second !== undefined ? [second] : [];
  });
}

/** FHIR R4, search.html#elements: mandatory elements stay, so that the part is still a resource of its type. */
function mandatoryElements(type: string): string[] {
  const mandatory = findType(type)?.elements.filter(({ min }) => min > 0) ?? [];
  return mandatory.flatMap(({ properties }) => properties.map(({ key }) => key));
}

function byElement(kept: ReadonlySet<string>): Chooser {
  return (path) => kept.has(path.split('.')[0] ?? '');
}

/** A path within a data type (`name.family`) belongs to the summary with the element that holds it. */
function isSummary(path: string, paths: ReadonlySet<string>): boolean {
  if (paths.has(path) || paths.has(choiceBase(path, paths))) {
    return true;
  }
  const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0));
  return parent !== '' && isSummary(parent, paths) && !hasChildren(parent, paths);
}

function hasChildren(parent: string, paths: ReadonlySet<string>): boolean {
  return [...paths].some((each) => each.startsWith(`${parent}.`));
}

/** `valueQuantity` is the choice element `value`. */
function choiceBase(path: string, paths: ReadonlySet<string>): string {
  const at = [...path].findLastIndex((character, index) => index > 0 && character >= 'A' && character <= 'Z');
  const base = at > 0 ? path.slice(0, at) : path;
  return base === path || paths.has(base) ? base : choiceBase(base, paths);
}

function pick(object: Record<string, unknown>, prefix: string, keep: Chooser): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const path = `${prefix}${name.replace(/^_/, '')}`;
    if (keep(path)) {
      picked[name] = pickWithin(value, path, keep);
    }
  }
  copyLiterals(object, picked);
  return picked;
}

function pickWithin(value: unknown, path: string, keep: Chooser): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each) => pickWithin(each, path, keep));
    copyLiterals(value, items);
    return items;
  }
  return isJsonObject(value) ? pick(value, `${path}.`, keep) : value;
}
