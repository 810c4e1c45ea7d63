import type { Condition, Subject } from './condition.ts';
import { invalid } from './errors.ts';
import { type FilterNode, type FilterOperator, type FilterStep, parseFilter } from './filter-syntax.ts';
import { getParameter } from './get-parameter.ts';
import { type Reading, spend } from './search-budget.ts';
import { isStoredType, type SearchParameter } from './search-parameters.ts';

/** Reads what is not special to filters: `code:modifier`, chains, `_has`. */
type ReadPlain = (subject: Subject, name: string, value: string, reading: Reading) => Condition;

type Context = { readonly reading: Reading; readonly readPlain: ReadPlain };

/** FHIR R4, search_filter.html. Codes and identifiers are compared as written, texts without case and marks. */
export function readFilter(subject: Subject, text: string, reading: Reading, readPlain: ReadPlain): Condition {
  return toCondition(subject, parseFilter(text), { reading, readPlain });
}

function toCondition(subject: Subject, node: FilterNode, context: Context): Condition {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const conditions = [node.left, node.right].map((each) => toCondition(subject, each, context));
      return { kind: node.kind === 'and' ? 'all' : 'any', conditions };
    }
    case 'not':
      return { kind: 'not', condition: toCondition(subject, node.inner, context) };
    case 'test':
      return toTest(subject, node, context);
  }
}

type Test = FilterNode & { readonly kind: 'test' };

function toTest(subject: Subject, test: Test, context: Context): Condition {
  const [first, ...rest] = test.path;
  if (!first) {
    throw invalid('_filter', 'a search parameter is wanted');
  }
  const pair = subject.length === 1 ? pairedParameters[`${subject[0]}.${first.name}`] : undefined;
  if (pair) {
    return toPair(subject, { ...pair, first, rest, test }, context);
  }
  if (first.name.startsWith('_has:')) {
    return toHas(subject, { first, rest, test }, context);
  }
  return rest.length === 0 && first.filter === undefined
    ? toLeaf(subject, first.name, test, context)
    : toChain(subject, { first, rest, test }, context);
}

type Path = { readonly first: FilterStep; readonly rest: readonly FilterStep[]; readonly test: Test };

/** `subject[name co "x"].birthdate ge 1990`: one target that meets the brackets and the rest of the path. */
function toChain(subject: Subject, { first, rest, test }: Path, context: Context): Condition {
  const [code = '', wanted] = first.name.split(':');
  const parameter = getParameter(context.reading.table, subject, code, '_filter');
  if (parameter.type !== 'reference' || rest.length === 0) {
    throw invalid('_filter', `${code} is no reference that leads on to another resource`);
  }
  if (wanted !== undefined && !isStoredType(wanted)) {
    throw invalid('_filter', `${wanted} is no resource type`);
  }
  spend(context.reading.budget, 'steps', 1, '_filter');
  const next = rest[0]?.name.split(':')[0] ?? '';
  const types = (wanted === undefined ? (parameter.target ?? []) : [wanted]).filter(
    (type) => next.startsWith('_has') || context.reading.table.find(type, next) !== undefined,
  );
  if (types.length === 0) {
    throw invalid('_filter', `${next} is not known for what ${code} may refer to`);
  }
  const targets = types.map((type) => {
    const onward = toTest([type], { ...test, path: rest }, context);
    const inner: Condition = first.filter
      ? { kind: 'all', conditions: [toCondition([type], first.filter, context), onward] }
      : onward;
    return { type, inner };
  });
  return { kind: 'chain', parameter, targets };
}

function toHas(subject: Subject, { first, rest, test }: Path, context: Context): Condition {
  const [, type = '', code = '', ...names] = first.name.split(':');
  const plain = context.readPlain(subject, `_has:${type}:${code}:_id`, 'x', {
    ...context.reading,
    budget: { ...context.reading.budget },
  }); // refuses what cannot be
  spend(context.reading.budget, 'steps', 1, '_filter');
  if (plain.kind !== 'has') {
    throw invalid('_filter', 'the form is _has:Type:reference:parameter');
  }
  const path = [{ name: names.join(':'), filter: first.filter }, ...rest];
  return { ...plain, inner: toTest([type], { ...test, path }, context) };
}

/** Names that only filters know: pairs of one element, which are composites elsewhere. search_filter.html#params. */
const pairedParameters: Readonly<Record<string, { composite: string; named: string; sought: string }>> = {
  'Group.characteristic': { composite: 'characteristic-value', named: 'code', sought: 'value' },
  'DocumentReference.relatesTo': { composite: 'relationship', named: 'code', sought: 'target' },
};

function toPair(
  subject: Subject,
  { composite, named, sought, first, rest, test }: Path & { composite: string; named: string; sought: string },
  { reading }: Context,
): Condition {
  const { filter } = first;
  const [last, ...others] = rest;
  const isPair =
    filter?.kind === 'test' &&
    filter.path.length === 1 &&
    filter.path[0]?.name === named &&
    filter.operator === 'eq' &&
    last?.name === sought &&
    others.length === 0 &&
    (test.operator === 'eq' || test.operator === 're');
  if (!isPair) {
    throw invalid('_filter', `the form is ${first.name}[${named} eq code].${sought} eq value`);
  }
  spend(reading.budget, 'conditions', 1, '_filter');
  spend(reading.budget, 'compared', 1, '_filter');
  const parameter = getParameter(reading.table, subject, composite, '_filter');
  const value = [filter.value, test.value].map((each) => escaped(withNamespace(each)).replaceAll('$', '\\$')).join('$');
  return { kind: 'value', parameter, modifier: undefined, values: [value] };
}

const prefixes = new Set<FilterOperator>(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb']);

function toLeaf(subject: Subject, name: string, { operator, value }: Test, { reading, readPlain }: Context): Condition {
  const parameter = getParameter(reading.table, subject, name, '_filter');
  const plain = (modifier: string, text: string = escaped(value)): Condition =>
    readPlain(subject, `${name}${modifier}`, text.replaceAll(',', '\\,'), reading);
  const compare = (): Condition => {
    spend(reading.budget, 'conditions', 1, '_filter');
    spend(reading.budget, 'compared', 1, '_filter');
    return { kind: 'compare', parameter, operator, value };
  };
  if (operator === 'pr') {
    if (value !== 'true' && value !== 'false') {
      throw invalid('_filter', 'pr takes true or false');
    }
    return plain(':missing', value === 'true' ? 'false' : 'true');
  }
  switch (kindOf(parameter)) {
    case 'ordered':
      if (prefixes.has(operator)) {
        return plain('', `${operator}${escaped(withNamespace(value))}`);
      }
      return (operator === 'co' || operator === 'po') && parameter.type !== 'quantity'
        ? compare()
        : refuse(operator, parameter);
    case 'string':
      return operator === 'sw'
        ? plain('')
        : operator === 'co'
          ? plain(':contains')
          : compareText(operator, parameter, compare);
    case 'text':
      return operator === 'co' ? plain('') : refuse(operator, parameter);
    case 'token':
      return toToken(operator, parameter, (modifier) => plain(modifier, escaped(withNamespace(value))));
    case 'reference':
      return operator === 're' ? plain('') : refuse(operator, parameter);
    case 'composite':
      return operator === 'eq' ? plain('', withNamespace(value)) : refuse(operator, parameter);
    case 'uri':
      return operator === 'eq' ? plain('') : operator === 'sw' ? plain(':below') : refuse(operator, parameter);
  }
}

type Kind = 'ordered' | 'string' | 'text' | 'token' | 'reference' | 'composite' | 'uri';

function kindOf({ code, type }: SearchParameter): Kind {
  if (code === '_text' || code === '_content') {
    return 'text';
  }
  if (type === 'special') {
    throw invalid('_filter', `${code} is searched as a parameter of its own`);
  }
  return type === 'date' || type === 'number' || type === 'quantity' ? 'ordered' : type;
}

const ofText = new Set<FilterOperator>(['eq', 'ne', 'ew', 'gt', 'lt', 'ge', 'le']);

function compareText(operator: FilterOperator, parameter: SearchParameter, compare: () => Condition): Condition {
  return ofText.has(operator) ? compare() : refuse(operator, parameter);
}

/** Of what has a token and none that is equal, at least one is unequal. */
function toToken(
  operator: FilterOperator,
  parameter: SearchParameter,
  plain: (modifier: string) => Condition,
): Condition {
  switch (operator) {
    case 'eq':
      return plain('');
    case 'ne': {
      const values = ['false'];
      const present: Condition = { kind: 'value', parameter, modifier: 'missing', values };
      return { kind: 'all', conditions: [present, { kind: 'not', condition: plain('') }] };
    }
    case 'in':
      return plain(':in');
    case 'ni':
      return plain(':not-in');
    case 'ss':
      return plain(':below');
    case 'sb':
      return plain(':above');
    default:
      return refuse(operator, parameter);
  }
}

function refuse(operator: FilterOperator, { code, type }: SearchParameter): never {
  throw invalid('_filter', `${operator} has no meaning for ${code}, which is of type ${type}`);
}

/** In the value of a condition a backslash escapes; in a filter it is a sign like any other. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

const namespaces: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
};

/** `loinc|1234-5` stands for the namespace in full. */
function withNamespace(value: string): string {
  return value.replace(
    /(^|[$|])(loinc|snomed|rxnorm|ucum)\|/g,
    (_, before: string, name: string) => `${before}${namespaces[name]}|`,
  );
}
