import type { Path } from '../path/path-tree.ts';
import type { Constant, View } from '../view-tree.ts';
import { familyOfAll } from './static-types.ts';

type Constants = ReadonlyMap<string, Constant>;

const needlesAtMost = 5;

/**
 * Texts, as JSON has them, without which a resource gives no row. Its stored text is looked through for them before it is
 * taken apart, which costs ten times as much: a view of one kind of observation skips all others.
 */
export function needlesOf({ where, selection, constants }: View): readonly string[] {
  const conditions = where.flatMap(({ path }) => ofCondition(path, constants));
  const iterations = selection.selections.flatMap(({ iteration }) =>
    iteration?.kind === 'forEach' ? ofElements(iteration.of.path, constants) : [],
  );
  const all = [...new Set([...conditions, ...iterations])];
  // Nearly every resource has the address of its code system; where there is more to look for, that is a waste.
  const telling = all.filter((text) => !text.includes('://'));
  return (telling.length > 0 ? telling : all).slice(0, needlesAtMost).map((text) => JSON.stringify(text));
}

/** Texts that some element must have for the condition to be true. */
function ofCondition(path: Path, constants: Constants): readonly string[] {
  if (path.kind === 'binary' && path.operator === 'and') {
    return [...ofCondition(path.left, constants), ...ofCondition(path.right, constants)];
  }
  if (path.kind === 'binary' && path.operator === '=') {
    return [...ofEquality(path.left, path.right, constants), ...ofEquality(path.right, path.left, constants)];
  }
  if (path.kind === 'call' && path.name === 'exists' && path.of && isElements(path.of)) {
    return [...ofElements(path.of, constants), ...path.args.flatMap((criteria) => ofCondition(criteria, constants))];
  }
  return [];
}

function ofEquality(element: Path, given: Path, constants: Constants): readonly string[] {
  const text = givenText(given, constants);
  return text !== undefined && isElements(element) ? [text, ...ofElements(element, constants)] : [];
}

/** A text that is given, not computed; dates may be equal and be written in two ways. */
function givenText(path: Path, constants: Constants): string | undefined {
  const value = path.kind === 'literal' ? path : path.kind === 'variable' ? constants.get(path.name) : undefined;
  return value && familyOfAll([value.type]) === 'string' ? value.text : undefined;
}

/** Texts that the resource must have for the path to find anything. */
function ofElements(path: Path | undefined, constants: Constants): readonly string[] {
  switch (path?.kind) {
    case 'member':
    case 'item':
      return ofElements(path.of, constants);
    case 'call': {
      const [argument] = path.args;
      const own =
        path.name === 'where' && argument
          ? ofCondition(argument, constants)
          : path.name === 'extension' && argument
            ? [givenText(argument, constants)].filter((text) => text !== undefined)
            : [];
      return isElements(path) ? [...own, ...ofElements(path.of, constants)] : [];
    }
    default:
      return [];
  }
}

/** Functions whose results are elements of their input. */
const narrowing = new Set(['where', 'extension', 'ofType', 'as', 'first', 'last', 'single', 'tail', 'skip', 'take']);

/** Whether what a path finds are elements of the resource, none of them computed. */
function isElements(path: Path | undefined): boolean {
  switch (path?.kind) {
    case undefined:
    case 'this':
      return true;
    case 'member':
    case 'item':
      return isElements(path.of);
    case 'call':
      return narrowing.has(path.name) && isElements(path.of);
    default:
      return false;
  }
}
