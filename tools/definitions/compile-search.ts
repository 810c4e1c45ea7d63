/**
 * Compiles the R4 search parameters, the patient compartment and the summary elements of the HL7 definitions into one
 * compact table, so that the running program needs neither the definitions nor a FHIRPath engine to fill its indexes.
 */
import type {
  CompiledComponent,
  CompiledParameter,
  CompiledPath,
  CompiledSearch,
  PathStep,
} from '../../src/platform/search/compiled-search.ts';
import {
  type Definition,
  type ElementDefinition,
  readDefinitions,
  readR4Structures,
  type StructureDefinition,
} from './definition-sources.ts';
import { otherCompartments } from './other-compartments.ts';

type SearchParameter = {
  url: string;
  version: string;
  code: string;
  type: string;
  base: string[];
  expression?: string;
  target?: string[];
  component?: { definition: string; expression: string }[];
};
type Compartment = { resource: { code: string; param?: string[] }[] };

/** Searched without an expression: the narrative, and everything a resource says. */
const textParameters = ['_text', '_content'];

const primitiveUrl = 'http://hl7.org/fhirpath/System.';

export function compileSearch(): CompiledSearch {
  const structures = new Map(readR4Structures().map((each) => [each.name, each]));
  // as: the files of the pinned package hold these resources, one of them of a later version
  const all = readDefinitions('search-parameters.json') as (Definition & SearchParameter)[];
  const parameters = all.filter((each) => each.version === '4.0.1');
  const [compartment] = readDefinitions('compartmentdefinition-patient.json') as (Definition & Compartment)[];
  if (!compartment) throw new Error('the patient compartment is not defined');
  const types = [...structures.values()]
    .filter((each) => each.kind === 'resource' && !each.abstract && each.name !== 'Parameters')
    .map((each) => each.name)
    .sort();
  const elements = indexElements(structures);
  const compiled: CompiledSearch = {
    common: compileType(
      parameters.filter((each) => each.base.includes('Resource') || each.base.includes('DomainResource')),
      'Patient',
      elements,
    ),
    types: Object.fromEntries(
      types.map((type) => [
        type,
        compileType(
          parameters.filter((each) => each.base.includes(type)),
          type,
          elements,
        ),
      ]),
    ),
    compartments: { Patient: readCompartment(compartment), ...otherCompartments },
    withoutNarrative: types.filter((type) => !elements.has(`${type}.text`)),
    summary: Object.fromEntries(types.map((type) => [type, summaryElements(structures.get(type))])),
  };
  refuseUnknownParameters(compiled);
  return compiled;
}

/** The compartments are typed by hand or come from another file than the parameters: both must speak of the same ones. */
function refuseUnknownParameters({ compartments, types }: CompiledSearch): void {
  for (const [compartment, members] of Object.entries(compartments)) {
    for (const [type, codes] of Object.entries(members)) {
      const known = new Set(types[type]?.filter((each) => each.type === 'reference').map((each) => each.code));
      const unknown = codes.filter((code) => !known.has(code));
      if (unknown.length > 0) throw new Error(`${compartment}: ${type} has no reference ${unknown.join(', ')}`);
    }
  }
}

function readCompartment(definition: Compartment): Record<string, string[]> {
  return Object.fromEntries(definition.resource.flatMap((each) => (each.param ? [[each.code, each.param]] : [])));
}

/** Paths (below the type) of what `_summary=true` keeps: elements flagged so, and mandatory ones. */
function summaryElements(structure: StructureDefinition | undefined): string[] {
  return (structure?.snapshot.element ?? [])
    .filter((each) => each.path.includes('.') && (each.isSummary === true || (each.min ?? 0) > 0))
    .map((each) => each.path.slice(each.path.indexOf('.') + 1).replace('[x]', ''));
}

type Elements = Map<string, ElementDefinition>;

function indexElements(structures: Map<string, StructureDefinition>): Elements {
  const index: Elements = new Map();
  for (const structure of structures.values()) {
    for (const element of structure.snapshot.element) {
      index.set(element.path.replace('[x]', ''), element);
    }
  }
  return index;
}

function compileType(parameters: SearchParameter[], type: string, elements: Elements): CompiledParameter[] {
  return parameters
    .map((parameter) => compileParameter(type, parameter, elements))
    .filter((each) => each.paths.length > 0 || textParameters.includes(each.code))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

function compileParameter(type: string, parameter: SearchParameter, elements: Elements): CompiledParameter {
  const walked = splitUnion(parameter.expression ?? '')
    .filter((each) => each === type || each.startsWith(`${type}.`) || each.startsWith('Resource.'))
    .map((each) => walk([type], each.slice(each.includes('.') ? each.indexOf('.') + 1 : each.length), elements));
  const compiled: CompiledParameter = {
    code: parameter.code,
    type: parameter.type as CompiledParameter['type'],
    url: parameter.url,
    paths: walked.map((each) => each.path),
  };
  if (parameter.target) {
    compiled.target = parameter.target;
  }
  if (parameter.component) {
    compiled.components = parameter.component.map((component) => {
      const paths = splitUnion(component.expression).map((each) =>
        componentPath(type, walked[0]?.ends ?? [type], each, elements),
      );
      return { type: componentType(paths), paths };
    });
  }
  return compiled;
}

function componentPath(type: string, root: string[], expression: string, elements: Elements): CompiledPath {
  const fromResource = expression.startsWith('%resource.');
  const relative = expression.replace('%resource.', '').replace('ofType(DateTime)', 'ofType(dateTime)');
  return {
    ...walk(fromResource ? [type] : root, relative, elements).path,
    ...(fromResource ? { fromResource: true as const } : {}),
  };
}

const componentTypes: Record<string, CompiledComponent['type']> = {
  Quantity: 'quantity',
  Range: 'quantity',
  SampledData: 'quantity',
  date: 'date',
  dateTime: 'date',
  Period: 'date',
  integer: 'number',
  decimal: 'number',
  string: 'string',
  Reference: 'reference',
};

/** The search type of a composite's component follows from what its path ends in. */
function componentType(paths: CompiledPath[]): CompiledComponent['type'] {
  return componentTypes[paths[0]?.types[0] ?? ''] ?? 'token';
}

function splitUnion(expression: string): string[] {
  return expression
    .split('|')
    .map((each) => each.trim())
    .map((each) => each.replace(/^\((.*)\)$/, '$1').replace(/^\((.*)\)\.(\w+)$/, '$1.$2'))
    .map((each) => (each === 'name' || each === 'alias' ? `Organization.${each}` : each));
}

/** Walks an expression of the small dialect the R4 parameters use and resolves choices and leaf types. */
function walk(start: string[], expression: string, elements: Elements): { path: CompiledPath; ends: string[] } {
  const steps: PathStep[] = [];
  let here = start;
  let types = start;
  if (expression.includes('.exists() and ')) {
    const names = { deceasedBoolean: 'boolean', deceasedDateTime: 'dateTime' };
    return { path: { steps: [{ base: 'deceased', names }, { truthy: true }], types: ['boolean'] }, ends: ['boolean'] };
  }
  for (const token of expression.match(/[a-zA-Z]\w*\([^)]*\(?\)?[^)]*\)|\w+(\[\d+\])?/g) ?? []) {
    const isType = /^where\(resolve\(\) is (\w+)\)$/.exec(token);
    const isValue = /^where\((\w+)\s*=\s*'([^']+)'\)$/.exec(token);
    const ofType = /^(?:ofType|as)\((\w+)\)$/.exec(token);
    if (isType?.[1]) {
      steps.push({ target: isType[1] });
    } else if (isValue?.[1] && isValue[2]) {
      steps.push({ where: isValue[1], equals: isValue[2] });
    } else if (ofType?.[1]) {
      types = [ofType[1]];
      const last = steps.at(-1);
      if (last && 'names' in last) {
        last.names = Object.fromEntries(Object.entries(last.names).filter(([, each]) => each === ofType[1]));
      }
      here = here.map(() => ofType[1] ?? '');
    } else {
      const name = token.replace(/\[\d+\]$/, '');
      const found = here.map((each) => findElement(each, name, elements)).find((each) => each !== undefined);
      if (!found) {
        throw new Error(`${start.join('|')}: no element ${name} in ${expression}`);
      }
      steps.push({ base: name, names: propertyNames(name, found.element) });
      if (token.endsWith('[0]')) {
        steps.push({ first: true });
      }
      types = typeCodes(found.element);
      here = types.some((each) => each === 'BackboneElement' || each === 'Element') ? [found.path] : types;
    }
  }
  return { path: { steps, types }, ends: here };
}

function findElement(
  parent: string,
  name: string,
  elements: Elements,
): { element: ElementDefinition; path: string } | undefined {
  const own = elements.get(parent);
  const base = own?.contentReference ? own.contentReference.replace('#', '') : parent;
  const path = `${base}.${name}`;
  const element = elements.get(path);
  return element ? { element, path: element.contentReference?.replace('#', '') ?? path } : undefined;
}

function typeCodes(element: ElementDefinition): string[] {
  if (element.contentReference) {
    return ['BackboneElement'];
  }
  return (element.type ?? []).map((each) => (each.code.startsWith(primitiveUrl) ? 'string' : each.code));
}

/** JSON property names of an element, each with its type: one, or one per type for a choice element. */
function propertyNames(name: string, element: ElementDefinition): Record<string, string> {
  const types = typeCodes(element);
  if (!element.path.endsWith('[x]')) {
    return { [name]: types[0] ?? 'BackboneElement' };
  }
  return Object.fromEntries(types.map((each) => [`${name}${each.charAt(0).toUpperCase()}${each.slice(1)}`, each]));
}
