import { type Clause, clause, verbatim } from '#platform/store';
import { invalidView } from '../errors.ts';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import { type Column, columnsOf, type Expression, type Selection, type View } from '../view-tree.ts';
import { checkColumnType, checkUnion } from './check-types.ts';
import { compilePath } from './compile-path.ts';
import { needlesOf } from './needles.ts';
import { type Scope, toBoolean, toItem } from './scope.ts';
import { type Found, traverse } from './traverse.ts';
import { freshName, onceNamed, toJson, toList, type Value } from './value.ts';

export type CompiledView = {
  /** Names of the columns, in the order of the rows. */
  readonly columns: readonly string[];
  /** One statement: a text with the JSON of each column, null where there is none, and the position as the last. */
  readonly statement: Clause;
};

const textAtMost = 1_000_000;
const parametersAtMost = 30_000;

/** Where the resources come from. */
export type Source = {
  /** Tables, one of which is `root` with the resource as jsonb in `v`. */
  readonly from: Clause;
  readonly where: Clause;
  /** A number that orders them. */
  readonly position: Clause;
  /** The text of the resource, as JSON.stringify writes it, where there is one beside the jsonb. */
  readonly content?: Clause;
};

/**
 * Compiles a view to one statement over the resources of a source.
 * Throws `AppError` `views.invalid-view` where an expression names what there is not or its type does not fit.
 */
export function compileView(view: View, source: Source, baseUrl?: string): CompiledView {
  const resource: Value = { form: 'item', sql: verbatim('root.v'), types: [view.resource] };
  const scope: Scope = {
    focus: resource,
    index: undefined,
    resource,
    rowIndex: clause`0`,
    constants: view.constants,
    baseUrl,
    place: 'ViewDefinition',
    compile: compilePath,
  };
  const { content } = source;
  const looked = content ? needlesOf(view).map((text) => clause` and strpos(${content}, ${text}::text) > 0`) : [];
  const kept = view.where.map((each) => clause` and ${condition(each, scope)}`);
  const { from, columns } = compileSelection(view.selection, { scope, absent: undefined });
  const shown = columns.map((column) => clause`(${column})::text, `);
  const statement = clause`select ${shown}${source.position}::text from ${source.from}${from}
    where ${source.where}${looked}${kept} order by ${source.position}`;
  const length = statement.texts.reduce((sum, text) => sum + text.length, 0);
  if (length > textAtMost || statement.values.length > parametersAtMost) {
    throw invalidView('ViewDefinition', 'is too large: its statement would have more than a million characters.');
  }
  return { columns: columnsOf(view.selection).map(({ name }) => name), statement };
}

/** Where a selection stands. `absent` tells that a forEachOrNull above found nothing, so that all here is null. */
type Frame = { readonly scope: Scope; readonly absent: Clause | undefined };

/** Joins that make the rows, and a jsonb value for each column. */
type Rows = { readonly from: readonly Clause[]; readonly columns: readonly Clause[] };

function compileSelection(selection: Selection, frame: Frame): Rows {
  const iterated = iterate(selection, frame);
  const own = selection.columns.map((column) => compileColumn(column, iterated.frame));
  const nested = selection.selections.map((each) => compileSelection(each, iterated.frame));
  const union = selection.unionAll.length > 0 ? [compileUnion(selection.unionAll, iterated.frame)] : [];
  const parts = [...nested, ...union];
  return {
    from: [...iterated.from, ...parts.flatMap(({ from }) => from)],
    columns: [...own, ...parts.flatMap(({ columns }) => columns)],
  };
}

function iterate({ iteration }: Selection, frame: Frame): { readonly from: readonly Clause[]; readonly frame: Frame } {
  if (!iteration) {
    return { from: [], frame };
  }
  const name = freshName('f');
  const { list, types } =
    iteration.kind === 'repeat' ? traverse(iteration.of, frame.scope, found) : found(iteration.of, frame.scope);
  const mayBeAbsent = iteration.kind === 'forEachOrNull' || frame.absent !== undefined;
  const rows = mayBeAbsent ? orAbsent(list, iteration.kind === 'forEachOrNull', frame.absent) : list;
  const focus: Value = { form: 'item', sql: verbatim(`${name}.v`), types };
  return {
    from: [clause` cross join lateral jsonb_array_elements(${rows}) with ordinality as ${verbatim(name)}(v, n)`],
    frame: {
      scope: { ...frame.scope, focus, rowIndex: verbatim(`(${name}.n - 1)`) },
      absent: mayBeAbsent ? clause`${verbatim(name)}.v = 'null'` : undefined,
    },
  };
}

/** A list of one JSON null stands for the row of nulls; no element is a JSON null. */
function orAbsent(list: Clause, isOptional: boolean, absentAbove: Clause | undefined): Clause {
  const optional = isOptional
    ? onceNamed(list, (it) => clause`case when ${it} = '[]' then '[null]' else ${it} end`)
    : list;
  return absentAbove ? clause`case when ${absentAbove} then '[null]' else ${optional} end` : optional;
}

function found(expression: Expression, scope: Scope): Found {
  const value = compileAt(expression, scope);
  return { list: toList(value), types: value.types };
}

function compileColumn(column: Column, { scope, absent }: Frame): Clause {
  const value = compileAt(column, scope);
  checkColumnType(column, value);
  const json = column.isCollection ? toList(value) : toJson(toItem(value, { ...scope, place: column.place }));
  const isRowIndex = column.path.kind === 'variable' && column.path.name === 'rowIndex';
  return absent && !isRowIndex ? clause`case when not ${absent} then ${json} end` : json;
}

function compileUnion(branches: readonly Selection[], { scope, absent }: Frame): Rows {
  const name = freshName('u');
  const parts = branches.map((branch, at) => {
    const { from, columns } = compileSelection(branch, { scope, absent });
    const shown = columns.map((column, place) => clause`${verbatim(place === 0 ? '' : ', ')}${column}`);
    // The row of nulls of a forEachOrNull above comes once, not once for each branch.
    const isLeftOut = at > 0 && absent ? clause` where not ${absent}` : clause``;
    const [first, ...others] = from;
    const joins = first ? clause` from (select) as one${[first, ...others]}` : clause``;
    return clause`${verbatim(at === 0 ? '' : ' union all ')}select ${shown}${joins}${isLeftOut}`;
  });
  checkUnion(branches);
  const names = columnsOf(
    branches[0] ?? { place: '', iteration: undefined, columns: [], selections: [], unionAll: [] },
  );
  const list = names.map((_, at) => `c${at}`).join(', ');
  return {
    from: [clause` cross join lateral (${parts}) as ${verbatim(`${name}(${list})`)}`],
    columns: names.map((_, at) => verbatim(`${name}.c${at}`)),
  };
}

function condition(expression: Expression, scope: Scope): Clause {
  const value = compileAt(expression, scope);
  if (!value.types.includes('boolean') && value.types.length > 0) {
    throw invalidView(expression.place, 'is neither true nor false.');
  }
  return toBoolean(value, { ...scope, place: expression.place });
}

function compileAt({ path, place }: Expression, scope: Scope): Value {
  try {
    return compilePath(path, { ...scope, place });
  } catch (error) {
    throw error instanceof PathSyntaxError ? invalidView(place, `cannot be run: ${error.message}.`, error) : error;
  }
}
