import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { limits, tooCostly } from './limits.ts';

/**
 * Refuses a query that gives one place of its answer too often: whether fields of one name can be merged is found by
 * comparing each with each (GraphQL, FieldsInSetCanMerge), which takes seconds for a thousand.
 */
export function refuseRepeats({ definitions }: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  for (const each of definitions) {
    if (each.kind === Kind.OPERATION_DEFINITION || each.kind === Kind.FRAGMENT_DEFINITION) {
      countPlaces(each.selectionSet, fragments);
    }
  }
}

/** One place of the answer, with the places within it. */
type Place = { times: number; readonly inner: Map<string, Place> };

const newPlace = (): Place => ({ times: 0, inner: new Map() });

function countPlaces(whole: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  let visits = 0;
  const visit = ({ selections }: SelectionSetNode, place: Place, open: ReadonlySet<string>): void => {
    visits += 1;
    if (visits > limits.fields) throw tooCostly(`A query has ${limits.fields} selections at most, fragments included.`);
    for (const node of selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        const name = node.name.value;
        const fragment = open.has(name) ? undefined : fragments.get(name); // a circle is refused later
        if (fragment) visit(fragment.selectionSet, place, new Set([...open, name]));
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        visit(node.selectionSet, place, open);
      } else {
        const inner = placeWithin(place, (node.alias ?? node.name).value);
        if (node.selectionSet) visit(node.selectionSet, inner, open);
      }
    }
  };
  visit(whole, newPlace(), new Set());
}

function placeWithin({ inner }: Place, name: string): Place {
  const place = inner.get(name) ?? newPlace();
  inner.set(name, place);
  place.times += 1;
  if (place.times > limits.repeats) {
    throw tooCostly(`A query gives ${name} of one place ${limits.repeats} times at most; ask for its fields together.`);
  }
  return place;
}
