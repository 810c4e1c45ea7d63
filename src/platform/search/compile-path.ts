import { findType, type TypeModel } from '#platform/fhir';
import type { CompiledPath, PathStep } from './compiled-search.ts';

/** What the path has led to so far: the types it may stand on. */
type Place = { readonly steps: PathStep[]; types: readonly TypeModel[] };

/** An element that the path names and the standard does not have. */
export class UnknownElement extends Error {
  constructor(name: string, types: readonly TypeModel[]) {
    super(`there is no element ${name} in ${types.map((each) => each.name).join(' or ')}`);
  }
}

/**
 * Compiles a FHIRPath expression of the kind search parameters use (names, `where`, `extension`, `as`, `ofType`, `first`)
 * for a resource type; undefined when it is of another kind. Throws `UnknownElement` for what no resource has.
 */
export function compilePath(base: string, expression: string): CompiledPath | undefined {
  const type = findType(base);
  const segments = splitSegments(casted(expression.trim()));
  if (!type || !segments) {
    return undefined;
  }
  const [first, ...rest] = segments;
  const isRooted = first !== undefined && [base, 'Resource', 'DomainResource'].includes(first);
  const place: Place = { steps: [], types: [type] };
  for (const segment of isRooted ? rest : segments) {
    if (!takeSegment(place, segment)) {
      return undefined;
    }
  }
  return {
    steps: place.steps,
    types: place.types.map(({ name, kind }) => (kind === 'part' ? 'BackboneElement' : name)),
  };
}

/** `(Patient.deceased as dateTime).x` as `Patient.deceased.as(dateTime).x`. */
function casted(expression: string): string {
  const whole = /^\((.*)\)$/s.exec(expression)?.[1];
  const text = whole !== undefined && isBalanced(whole) ? whole.trim() : expression;
  return text.replace(/^\(([\w.()']+)\s+as\s+(\w+)\)/, '$1.as($2)').replace(/^([\w.()']+)\s+as\s+(\w+)$/, '$1.as($2)');
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (depth < 0) {
      return false;
    }
  }
  return depth === 0;
}

/** The parts between the dots; undefined when something else stands between. */
function splitSegments(expression: string): string[] | undefined {
  const segment = /(?:^|\.)([A-Za-z]\w*(?:\((?:[^()']|'[^']*'|\(\))*\))?(?:\[0\])?)/y;
  const segments: string[] = [];
  let end = 0;
  for (let match = segment.exec(expression); match?.[1]; match = segment.exec(expression)) {
    segments.push(match[1]);
    end = segment.lastIndex;
  }
  return end === expression.length && segments.length > 0 ? segments : undefined;
}

function takeSegment(place: Place, segment: string): boolean {
  const [, name = '', argument, first] = /^(\w+)(?:\((.*)\))?(\[0\])?$/s.exec(segment) ?? [];
  const isTaken = argument === undefined ? enter(place, name) : call(place, name, argument.trim());
  if (isTaken && first !== undefined) {
    place.steps.push({ first: true });
  }
  return isTaken;
}

/** Steps into an element; a choice has a property for each of its types. */
function enter(place: Place, name: string): true {
  const properties = place.types.flatMap((type) =>
    [...type.properties.values()].filter(({ element }) => element.name === name),
  );
  if (properties.length === 0) {
    throw new UnknownElement(name, place.types);
  }
  place.steps.push({ base: name, names: Object.fromEntries(properties.map(({ key, typeName }) => [key, typeName])) });
  place.types = [...new Set(properties.map(({ type }) => type))];
  return true;
}

function call(place: Place, name: string, argument: string): boolean {
  switch (name) {
    case 'extension':
      return isUrl(argument) && enter(place, 'extension') && where(place, 'url', argument.slice(1, -1));
    case 'where':
      return takeCondition(place, argument);
    case 'as':
    case 'ofType':
      return narrow(place, argument);
    case 'first':
      place.steps.push({ first: true });
      return argument === '';
    default:
      return false;
  }
}

function isUrl(argument: string): boolean {
  return /^'[^'\\]*'$/.test(argument);
}

function takeCondition(place: Place, argument: string): boolean {
  const [, property, literal] = /^(\w+)\s*=\s*'([^'\\]*)'$/.exec(argument) ?? [];
  if (property !== undefined && literal !== undefined) {
    return where(place, property, literal);
  }
  const [, target] = /^resolve\(\) is (\w+)$/.exec(argument) ?? [];
  if (target === undefined) {
    return false;
  }
  place.steps.push({ target });
  return true;
}

function where(place: Place, property: string, equals: string): true {
  place.steps.push({ where: property, equals });
  return true;
}

/** Keeps of the last choice the property of one type. */
function narrow(place: Place, wanted: string): boolean {
  const last = place.steps.at(-1);
  if (!last || !('names' in last)) {
    return false;
  }
  const type = wanted.replace(/^FHIR\./, '');
  last.names = Object.fromEntries(Object.entries(last.names).filter(([, each]) => each === type));
  place.types = place.types.filter((each) => each.name === type);
  return place.types.length > 0;
}
