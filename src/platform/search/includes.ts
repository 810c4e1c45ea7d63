import { invalid, printable } from './errors.ts';
import { getParameter } from './get-parameter.ts';
import { isStoredType, type ParameterTable, type SearchParameter, storedTypes } from './search-parameters.ts';

/** What a search brings along: the references of some parameters, from one type or from any. */
export type Include = {
  /** The type that refers; undefined for all. */
  readonly source: string | undefined;
  /** Code of the reference parameter; undefined for all. */
  readonly code: string | undefined;
  readonly target: string | undefined;
  readonly iterate: boolean;
};

/** Reads `Type:reference`, `Type:reference:Target`, `Type:*` or `*`. `matched` are the types that are searched. */
export function readInclude(table: ParameterTable, name: string, value: string, matched: readonly string[]): Include {
  const [, modifier, ...others] = name.split(':');
  const [source = '', code = '', target, ...rest] = value.split(':');
  if ((modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') || others.length > 0) {
    throw invalid(name, `there is no modifier :${printable(name.slice(name.indexOf(':') + 1))}`);
  }
  const iterate = modifier !== undefined;
  if (value === '*') {
    const [only, ...further] = matched;
    const isOfMatches = name.startsWith('_include') && !iterate && further.length === 0;
    return { source: isOfMatches ? only : undefined, code: undefined, target: undefined, iterate };
  }
  if (rest.length > 0) {
    throw invalid(name, 'the form is Type:reference or Type:reference:TargetType');
  }
  if (!isStoredType(source)) {
    throw invalid(name, `${printable(source)} is no resource type`);
  }
  if (target !== undefined && !isStoredType(target)) {
    throw invalid(name, `${printable(target)} is no resource type`);
  }
  if (code === '*') {
    return { source, code: undefined, target, iterate };
  }
  if (getParameter(table, [source], code, name).type !== 'reference') {
    throw invalid(name, `${source}.${code} is no reference`);
  }
  return { source, code, target, iterate };
}

/** The parameters through which resources of a type are followed by an include. */
export function followedFrom(
  table: ParameterTable,
  type: string,
  { source, code }: Include,
): readonly SearchParameter[] {
  if (source !== undefined && source !== type) {
    return [];
  }
  const all = code === undefined ? table.of(type) : [table.find(type, code)];
  return all.filter((each) => each?.type === 'reference').filter((each) => each !== undefined);
}

/** The types and parameters by which resources may refer to one of a type, as far as an include wants them. */
export function referringTo(
  table: ParameterTable,
  type: string,
  include: Include,
): readonly { readonly source: string; readonly parameter: SearchParameter }[] {
  if (include.target !== undefined && include.target !== type) {
    return [];
  }
  const sources = include.source === undefined ? storedTypes : [include.source];
  return sources.flatMap((source) =>
    followedFrom(table, source, include)
      .filter((parameter) => parameter.target?.includes(type) ?? true)
      .map((parameter) => ({ source, parameter })),
  );
}
