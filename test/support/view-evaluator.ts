import { compileFhirPath, isJsonObject, type JsonObject } from '#platform/fhir';

export type EvaluatedRow = Readonly<Record<string, unknown>>;

/** The definition's parts as the specification names them; the evaluator trusts its caller. */
type Selection = {
  readonly column?: readonly { readonly name: string; readonly path: string; readonly collection?: boolean }[];
  readonly select?: readonly Selection[];
  readonly unionAll?: readonly Selection[];
  readonly forEach?: string;
  readonly forEachOrNull?: string;
  readonly repeat?: readonly string[];
};

/** Where rows are made: a resource, the expression that leads from it to the focus, and the place in the iteration. */
type Frame = { readonly resource: JsonObject; readonly focus: string; readonly rowIndex: number };

type Constants = Readonly<Record<string, unknown>>;

/**
 * Reads the processing algorithm of SQL on FHIR 2 a second time, over objects in memory and with a FHIRPath engine that
 * knows nothing of ours. Throws where a column has several values.
 */
export function evaluateView(definition: JsonObject, resources: readonly JsonObject[]): EvaluatedRow[] {
  const { select, where, constant } = definition as {
    select: Selection[];
    where?: { path: string }[];
    constant?: JsonObject[];
  }; // as: see Selection
  const constants = Object.fromEntries((constant ?? []).map(({ name, ...value }) => [name, Object.values(value)[0]]));
  return resources
    .filter(({ resourceType }) => resourceType === definition['resource'])
    .flatMap((resource) => {
      const frame = { resource, focus: '$this', rowIndex: 0 };
      const isKept = (where ?? []).every(({ path }) => valuesOf(path, frame, constants)[0] === true);
      return isKept ? rowsOf({ select }, frame, constants) : [];
    });
}

function rowsOf(selection: Selection, frame: Frame, constants: Constants): EvaluatedRow[] {
  const foci = fociOf(selection, frame, constants);
  if (foci.length === 0 && selection.forEachOrNull !== undefined) {
    return [Object.fromEntries(columnsOf(selection).map(({ name, path }) => [name, path === '%rowIndex' ? 0 : null]))];
  }
  return foci.flatMap((focus) => {
    const own = (selection.column ?? []).map(({ name, path, collection }) => {
      const values = valuesOf(path, focus, constants);
      if (values.length > 1 && !collection) {
        throw new Error(`several values in ${name}`);
      }
      return [{ [name]: collection ? values : (values[0] ?? null) }];
    });
    const nested = (selection.select ?? []).map((each) => rowsOf(each, focus, constants));
    const union = selection.unionAll ? [selection.unionAll.flatMap((each) => rowsOf(each, focus, constants))] : [];
    return product([...own, ...nested, ...union]);
  });
}

function product(parts: readonly (readonly EvaluatedRow[])[]): EvaluatedRow[] {
  return parts.reduce<EvaluatedRow[]>(
    (rows, part) => rows.flatMap((row) => part.map((more) => ({ ...row, ...more }))),
    [{}],
  );
}

function columnsOf({ column = [], select = [], unionAll = [] }: Selection): { name: string; path: string }[] {
  return [...column, ...select.flatMap(columnsOf), ...unionAll.slice(0, 1).flatMap(columnsOf)];
}

function fociOf({ forEach, forEachOrNull, repeat }: Selection, frame: Frame, constants: Constants): Frame[] {
  const path = forEach ?? forEachOrNull;
  const found = repeat
    ? repeated(repeat, frame, constants)
    : path === undefined
      ? undefined
      : below(path, frame, constants);
  return found?.map((focus, rowIndex) => ({ ...frame, focus, rowIndex })) ?? [frame];
}

/** Expressions for each value that the path finds. */
function below(path: string, frame: Frame, constants: Constants): string[] {
  return valuesOf(path, frame, constants).map((_, at) => `(${frame.focus}.select(${path}))[${at}]`);
}

function repeated(paths: readonly string[], frame: Frame, constants: Constants): string[] {
  return paths
    .flatMap((path) => below(path, frame, constants))
    .flatMap((focus) => [focus, ...repeated(paths, { ...frame, focus }, constants)]);
}

function valuesOf(path: string, { resource, focus, rowIndex }: Frame, constants: Constants): unknown[] {
  const variables = { ...constants, resource, rowIndex };
  return compileFhirPath(`${focus}.select(${path})`)(resource, variables).map((value) =>
    isJsonObject(value) || Array.isArray(value) ? JSON.parse(JSON.stringify(value)) : value,
  );
}
