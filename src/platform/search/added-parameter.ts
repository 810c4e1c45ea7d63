import { AppError } from '#platform/errors';
import { compileTypedPath } from '#platform/fhir';
import { compilePath, UnknownElement } from './compile-path.ts';
import type { CompiledPath, SearchType } from './compiled-search.ts';
import { hash64 } from './hash.ts';
import {
  findSearchParameter,
  isStoredType,
  type SearchParameter,
  searchParametersOf,
  storedTypes,
} from './search-parameters.ts';
import type { Json } from './walk-path.ts';

/** A SearchParameter resource that makes resources of some types searchable. */
export type AddedParameter = {
  readonly code: string;
  /** By type what is indexed and asked for. */
  readonly parameters: ReadonlyMap<string, SearchParameter>;
  /** Differs when what is indexed differs: `code#hash`. */
  readonly mark: string;
};

/** Types of elements that a parameter of a type can be over. FHIR R4, search.html#table. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  token: [
    'CodeableConcept',
    'Coding',
    'Identifier',
    'ContactPoint',
    'code',
    'boolean',
    'string',
    'id',
    'uri',
    'url',
    'canonical',
    'oid',
    'uuid',
  ],
  string: ['string', 'markdown', 'HumanName', 'Address', 'code', 'id'],
  reference: ['Reference', 'canonical', 'uri'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt', 'Range'],
  quantity: [
    'Quantity',
    'Money',
    'Range',
    'SampledData',
    'Age',
    'Count',
    'Distance',
    'Duration',
    'SimpleQuantity',
    'MoneyQuantity',
  ],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
};

const expressionCharacters = 2000;

/**
 * What an active SearchParameter adds to the record; undefined for a draft, a retired one, and one that says again what
 * the standard says. Throws a refusal that names the element where it cannot be searched by.
 */
export function readAddedParameter(resource: Json): AddedParameter | undefined {
  if (resource['status'] !== 'active' || isOfStandard(resource)) {
    return undefined;
  }
  const { code, type, url, expression } = resource;
  if (typeof code !== 'string' || !/^[A-Za-z][\w-]{0,63}$/.test(code)) {
    throw refused('code', 'the code is a name of letters, digits and hyphens that begins with a letter');
  }
  if (typeof type !== 'string' || fitting[type] === undefined) {
    throw refused('type', `parameters of type ${String(type)} cannot be added; ${Object.keys(fitting).join(', ')} can`);
  }
  if (typeof expression !== 'string' || expression.trim() === '' || expression.length > expressionCharacters) {
    throw refused('expression', `a FHIRPath expression of up to ${expressionCharacters} characters is needed`);
  }
  const bases = basesOf(resource);
  const taken = bases.find((base) => findSearchParameter(base, code) !== undefined);
  if (taken !== undefined) {
    throw refused('code', `${taken} has a parameter ${code} in the standard; choose another code`);
  }
  const target = textsIn(resource['target']).filter(isStoredType);
  const common = {
    code,
    type: type as SearchType, // as: it is one of the types in the table above
    url: String(url),
    common: false,
    ...(target.length > 0 ? { target } : {}),
  };
  const parameters = new Map(bases.map((base) => [base, { ...common, ...findingOf(expression, base, type) }]));
  return { code, parameters, mark: `${code}#${hash64(JSON.stringify([type, expression, target]))}` };
}

/** Published definitions may be loaded beside the ones that are built in. */
function isOfStandard({ url, code, expression, base, derivedFrom }: Json): boolean {
  return textsIn(base).every((type) => {
    const core = isStoredType(type)
      ? findSearchParameter(type, String(code))
      : searchParametersOf(storedTypes[0] ?? '').find((each) => each.code === code);
    return core !== undefined && (core.url === url || core.url === derivedFrom || typeof expression !== 'string');
  });
}

function basesOf({ base }: Json): readonly string[] {
  const bases = textsIn(base);
  const unknown = bases.find((each) => !isStoredType(each) && each !== 'Resource' && each !== 'DomainResource');
  if (bases.length === 0 || unknown !== undefined) {
    throw refused('base', `${unknown ?? 'nothing'} is no resource type that can be stored`);
  }
  return bases.some((each) => !isStoredType(each)) ? storedTypes : [...new Set(bases)];
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** By paths where the expression is of the kind that is walked fast, else by the FHIRPath engine. */
function findingOf(expression: string, base: string, type: string): Pick<SearchParameter, 'paths' | 'find'> {
  try {
    const paths = pathsOf(expression, base);
    if (paths) {
      refuseUnfitting(paths, type);
      return { paths };
    }
    const find = compileTypedPath(expression);
    find({ resourceType: base });
    return { paths: [{ steps: [], types: [...(generalTypes[type] ?? [type])] }], find };
  } catch (error) {
    if (error instanceof AppError) {
      throw error;
    }
    const isNamed = error instanceof UnknownElement;
    throw refused('expression', isNamed ? error.message : 'the expression is no FHIRPath that can be evaluated here');
  }
}

/** What an element may be of which only the engine knows where it is. */
const generalTypes: Readonly<Record<string, readonly string[]>> = {
  token: ['CodeableConcept', 'Identifier'],
  string: ['string'],
  reference: ['Reference'],
  date: ['dateTime'],
  number: ['decimal'],
  quantity: ['Quantity'],
  uri: ['uri'],
};

/** The paths of an expression; each part of a union belongs to the type whose name leads it. */
function pathsOf(expression: string, base: string): CompiledPath[] | undefined {
  const parts = expression.split(/\s*\|\s*/).filter((part) => {
    const root = /^\(*([A-Z]\w*)\./.exec(part)?.[1];
    return root === undefined || root === base || !isStoredType(root);
  });
  if (parts.length === 0) {
    throw refused('expression', `it says nothing of ${base}`);
  }
  const paths = parts.map((part) => compilePath(base, part));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

function refuseUnfitting(paths: readonly CompiledPath[], type: string): void {
  const types = new Set(paths.flatMap((path) => path.types));
  if (![...types].some((each) => fitting[type]?.includes(each))) {
    throw refused('type', `an element of type ${[...types].join(' or ')} cannot be searched as ${type}`);
  }
}

function refused(element: string, why: string): AppError {
  const text = `The parameter cannot be made searchable: ${why}.`;
  return new AppError('ruleBroken', 'search.parameter-refused', text, {
    issues: [{ severity: 'error', code: 'business-rule', text, expression: `SearchParameter.${element}` }],
  });
}
