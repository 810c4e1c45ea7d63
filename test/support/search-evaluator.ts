/**
 * A second reading of FHIR R4 search (search.html), over plain objects in memory and without SQL, hashes or indexes:
 * what the store finds must be what this finds. It knows only the parameters named here, and is written to be read
 * beside the standard, not to be fast.
 */

export type Value =
  | { readonly kind: 'string'; readonly text: string; readonly wordwise: boolean }
  | { readonly kind: 'token'; readonly system?: string; readonly code?: string; readonly display: readonly string[] }
  | { readonly kind: 'reference'; readonly to?: string; readonly identifier?: readonly [system: string, value: string] }
  | { readonly kind: 'date'; readonly from: number; readonly until: number }
  | {
      readonly kind: 'quantity';
      readonly from: number;
      readonly to: number;
      readonly unit: readonly (string | undefined)[];
    }
  | { readonly kind: 'pair'; readonly first: readonly Value[]; readonly second: readonly Value[] };

/** Test data of known shape, read without ceremony. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Plain = Record<string, any>;

// oxlint-disable-next-line typescript/no-explicit-any
const list = (value: any): Plain[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const strings = (texts: unknown, wordwise = false): Value[] =>
  list(texts).map((text) => ({ kind: 'string', text: String(text), wordwise }));
const codes = (concepts: unknown): Value[] =>
  list(concepts).flatMap((concept): Value[] => {
    const codings = list(concept['coding']);
    const display = [concept['text'], ...codings.map((coding) => coding['display'])].filter(
      (each) => each !== undefined,
    );
    // a concept of text alone has no token but can be found by its text
    return codings.length === 0
      ? [{ kind: 'token', display }]
      : codings.map(({ system, code }) => ({ kind: 'token', system, code, display }));
  });
const plainCode = (code: unknown): Value[] =>
  list(code).map((each) => ({ kind: 'token', code: String(each), display: [] }));
const identifiers = (all: unknown): Value[] =>
  list(all).map(({ system, value }) => ({ kind: 'token', system, code: value, display: [] }));
const references = (all: unknown): Value[] =>
  list(all).map(({ reference, identifier }) => ({
    kind: 'reference',
    to: reference,
    ...(identifier ? { identifier: [identifier.system ?? '', identifier.value] as const } : {}),
  }));
const quantities = (all: unknown): Value[] =>
  list(all).map(({ value, comparator = '', system, code, unit }) => ({
    kind: 'quantity',
    from: comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : value,
    to: comparator.startsWith('>') ? Number.POSITIVE_INFINITY : value,
    unit: [system, code, unit],
  }));
const dates = (moments: unknown): Value[] =>
  list(moments).map((moment) => {
    if (typeof moment === 'string') {
      return { kind: 'date', ...spanOfDate(moment) };
    }
    const { start, end } = moment;
    return {
      kind: 'date',
      from: start === undefined ? Number.NEGATIVE_INFINITY : spanOfDate(start).from,
      until: end === undefined ? Number.POSITIVE_INFINITY : spanOfDate(end).until,
    };
  });

const names = (resource: Plain): unknown[] =>
  list(resource['name'])
    .flatMap(({ family, given, text }) => [text, family, ...list(given)])
    .filter((each) => each !== undefined);
const onlyTo = (type: string, values: Value[]): Value[] =>
  values.filter((each) => each.kind === 'reference' && each.to?.startsWith(`${type}/`));
const moment = (resource: Plain): unknown => resource['effectiveDateTime'] ?? resource['effectivePeriod'];
const measured = (element: Plain): Value[] => quantities(element['valueQuantity']);
const pair = (element: Plain): Value => ({ kind: 'pair', first: codes(element['code']), second: measured(element) });
const parts = (resource: Plain): Plain[] => list(resource['component']);

const tags = (resource: Plain): Value[] =>
  codes({ coding: resource['meta']?.['tag'] ?? [] }).filter((each) => each.kind === 'token' && each.code !== undefined);

type Extract = (resource: Plain) => Value[];

export const parameters: Readonly<Record<string, Readonly<Record<string, Extract>>>> = {
  Patient: {
    name: (p) => strings(names(p), true),
    family: (p) => strings(list(p['name']).flatMap(({ family }) => family ?? [])),
    given: (p) => strings(list(p['name']).flatMap(({ given }) => given ?? [])),
    gender: (p) => plainCode(p['gender']),
    active: (p) => plainCode(p['active']),
    birthdate: (p) => dates(p['birthDate']),
    identifier: (p) => identifiers(p['identifier']),
    'general-practitioner': (p) => references(p['generalPractitioner']),
    link: (p) => references(list(p['link']).map(({ other }) => other)),
    _tag: tags,
  },
  Practitioner: { _tag: tags, name: (p) => strings(names(p), true), active: (p) => plainCode(p['active']) },
  Observation: {
    _tag: tags,
    status: (o) => plainCode(o['status']),
    code: (o) => codes(o['code']),
    'component-code': (o) => codes(parts(o).map(({ code }) => code)),
    'combo-code': (o) => codes([o['code'], ...parts(o).map(({ code }) => code)]),
    subject: (o) => references(o['subject']),
    patient: (o) => onlyTo('Patient', references(o['subject'])),
    performer: (o) => references(o['performer']),
    'has-member': (o) => references(o['hasMember']),
    date: (o) => dates(moment(o)),
    'value-quantity': measured,
    'component-value-quantity': (o) => parts(o).flatMap(measured),
    'combo-value-quantity': (o) => [...measured(o), ...parts(o).flatMap(measured)],
    'code-value-quantity': (o) => [pair(o)],
    'combo-code-value-quantity': (o) => [pair(o), ...parts(o).map(pair)],
    'value-string': (o) => strings(o['valueString']),
  },
};

/** Types a chain through the parameter may lead to. */
const targets: Readonly<Record<string, readonly string[]>> = {
  'Patient.general-practitioner': ['Practitioner'],
  'Patient.link': ['Patient'],
  'Observation.subject': ['Patient'],
  'Observation.patient': ['Patient'],
  'Observation.performer': ['Patient', 'Practitioner'],
  'Observation.has-member': ['Observation'],
};

/** compartmentdefinition.html, of the types known here: by compartment and type, the parameters that lead to it. */
const compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Patient: { Patient: ['link'], Observation: ['subject', 'performer'] },
  Practitioner: { Patient: ['general-practitioner'], Observation: ['performer'] },
};

/** Where a search looks: `Patient`, `Patient/1/Observation`, `Patient/1/*`, or `` for all types known here. */
function isAt(resource: Plain, place: string): boolean {
  const [type = '', id, member] = place.split('/');
  const own = String(resource['resourceType']);
  if (id === undefined) {
    return type === '' || own === type;
  }
  const isMember = member === '*' || member === own;
  const isIn = (compartments[type]?.[own] ?? []).some((code) =>
    valuesOf(resource, code).some((found) => found.kind === 'reference' && found.to === `${type}/${id}`),
  );
  return isMember && (isIn || addressOf(resource) === `${type}/${id}`);
}

/** Ids of the resources at a place that meet all conditions, in order of id. */
export function evaluate(
  record: readonly Plain[],
  place: string,
  query: readonly (readonly [string, string])[],
): string[] {
  const types = query.filter(([name]) => name === '_type').flatMap(([, value]) => value.split(','));
  const conditions = query.filter(([name]) => name !== '_type');
  return record
    .filter((resource) => isAt(resource, place) && (types.length === 0 || types.includes(resource['resourceType'])))
    .filter((resource) => conditions.every(([name, value]) => meets(record, resource, name, value)))
    .map((resource) => String(resource['id']))
    .sort();
}

function meets(record: readonly Plain[], resource: Plain, name: string, value: string): boolean {
  const type = String(resource['resourceType']);
  if (name.startsWith('_has:')) {
    const [, source = '', code = '', ...rest] = name.split(':');
    return record
      .filter((each) => each['resourceType'] === source)
      .filter((each) =>
        valuesOf(each, code).some((found) => found.kind === 'reference' && found.to === addressOf(resource)),
      )
      .some((each) => meets(record, each, rest.join(':'), value));
  }
  if (name === '_list') {
    return record
      .filter((each) => each['resourceType'] === 'List' && value.split(',').includes(each['id']))
      .some((each) => list(each['entry']).some(({ item }) => item['reference'] === addressOf(resource)));
  }
  if (name === '_filter') {
    return holds(readFilter(value), (test) => meetsTest(record, resource, test));
  }
  const dot = name.indexOf('.');
  if (dot > 0) {
    const [code = '', wanted] = name.slice(0, dot).split(':');
    const types = wanted === undefined ? (targets[`${type}.${code}`] ?? []) : [wanted];
    const rest = name.slice(dot + 1);
    const first = rest.split(/[.:]/)[0] ?? '';
    return record
      .filter(
        (each) =>
          types.includes(each['resourceType']) &&
          (rest.startsWith('_has') || rest === '_list' || rest === '_filter' || knows(each['resourceType'], first)),
      )
      .filter((each) =>
        valuesOf(resource, code).some((found) => found.kind === 'reference' && found.to === addressOf(each)),
      )
      .some((each) => meets(record, each, rest, value));
  }
  const [code = '', modifier] = name.split(':');
  if (code === '_id') {
    return splitAt(value, ',').map(plain).includes(String(resource['id'])) !== (modifier === 'not');
  }
  if (code === '_content') {
    const words = wordsIn(resource);
    return splitAt(value, ',').some((sought) =>
      plain(sought)
        .split(' ')
        .every((word) => words.some((each) => each.startsWith(fold(word)))),
    );
  }
  const values = valuesOf(resource, code);
  if (modifier === 'missing') {
    return (values.length === 0) === (value === 'true');
  }
  const alternatives = splitAt(value, ',');
  const isMet = values.some((each) => alternatives.some((sought) => matches(each, modifier, sought, type, code)));
  return modifier === 'not' ? !isMet : isMet;
}

type Test = { readonly path: string; readonly operation: string; readonly value: string };
type Filter =
  | Test
  | { readonly not: Filter }
  | { readonly join: string; readonly left: Filter; readonly right: Filter };

/** search_filter.html, without brackets on paths: words are read from left to right, and join without precedence. */
function readFilter(text: string): Filter {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()]+/g) ?? [];
  const readTerm = (): Filter => {
    const word = words.shift() ?? '';
    if (word === 'not') {
      return { not: readTerm() };
    }
    if (word === '(') {
      const inner = readAll();
      words.shift();
      return inner;
    }
    const [operation = '', value = ''] = words.splice(0, 2);
    return { path: word, operation, value: value.startsWith('"') ? String(JSON.parse(value)) : value };
  };
  const readAll = (): Filter => {
    let left = readTerm();
    while (words[0] === 'and' || words[0] === 'or') {
      left = { join: words.shift() ?? '', left, right: readTerm() };
    }
    return left;
  };
  return readAll();
}

function holds(filter: Filter, isMet: (test: Test) => boolean): boolean {
  if ('not' in filter) {
    return !holds(filter.not, isMet);
  }
  if ('join' in filter) {
    const [left, right] = [holds(filter.left, isMet), holds(filter.right, isMet)];
    return filter.join === 'and' ? left && right : left || right;
  }
  return isMet(filter);
}

const plainOperations: Readonly<
  Record<string, (path: string, value: string) => readonly [name: string, value: string]>
> = {
  pr: (path, value) => [`${path}:missing`, value === 'true' ? 'false' : 'true'],
  sw: (path, value) => [path, value],
  co: (path, value) => [`${path}:contains`, value],
  re: (path, value) => [path, value],
};

function meetsTest(record: readonly Plain[], resource: Plain, { path, operation, value }: Test): boolean {
  const kind = path.includes('.') ? 'string' : valuesOf(resource, path)[0]?.kind;
  const plainly = plainOperations[operation]?.(path, value);
  if (plainly) {
    return meets(record, resource, plainly[0], plainly[1].replace(/[\\,]/g, '\\$&'));
  }
  if (kind === 'date' || kind === 'quantity') {
    return meets(record, resource, path, `${operation}${value}`);
  }
  const values = valuesOf(resource, path);
  if (kind === 'token') {
    const isEqual = meets(record, resource, path, value);
    return operation === 'eq' ? isEqual : values.length > 0 && !isEqual;
  }
  const sought = fold(value);
  return values.some((each) => {
    const texts = each.kind !== 'string' ? [] : each.wordwise ? fold(each.text).split(' ') : [fold(each.text)];
    return texts.some((text) => {
      switch (operation) {
        case 'eq':
          return text === sought;
        case 'ne':
          return text !== sought;
        case 'ew':
          return text.endsWith(sought);
        case 'gt':
          return text > sought;
        default:
          return text <= sought;
      }
    });
  });
}

/** Every word that a person wrote: neither codes and what is displayed for them, nor units, addresses and numbers. */
function wordsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    const isWords = ['text', 'family', 'given', 'valueString'].includes(name);
    return isWords ? fold(value).split(/[^a-z0-9]+/) : [];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => wordsIn(inner, Array.isArray(value) ? name : key))
    : [];
}

const knows = (type: string, code: string): boolean =>
  code === '_id' || code === '_content' || parameters[type]?.[code] !== undefined;
const addressOf = (resource: Plain): string => `${String(resource['resourceType'])}/${String(resource['id'])}`;

function valuesOf(resource: Plain, code: string): Value[] {
  const extract = parameters[String(resource['resourceType'])]?.[code];
  if (!extract) throw new Error(`the evaluator does not know ${String(resource['resourceType'])}.${code}`);
  return extract(resource);
}

function matches(value: Value, modifier: string | undefined, sought: string, type: string, code: string): boolean {
  switch (value.kind) {
    case 'string':
      return matchesString(value, modifier, plain(sought));
    case 'token':
      return modifier === 'text'
        ? value.display.some((text) => fold(text).startsWith(fold(plain(sought))))
        : matchesToken(value, sought, code === 'gender' || code === 'active' || code === 'status');
    case 'reference':
      return matchesReference(value, modifier, sought, targets[`${type}.${code}`] ?? []);
    case 'date':
      return matchesDate(value, sought);
    case 'quantity':
      return matchesQuantity(value, sought);
    case 'pair': {
      const [first = '', second = ''] = splitAt(sought, '$');
      return (
        value.first.some((each) => matches(each, undefined, first, type, code)) &&
        value.second.some((each) => matches(each, undefined, second, type, code))
      );
    }
  }
}

/** search.html#string: left part of the text, without case and accents; names are compared word by word. */
function matchesString(
  { text, wordwise }: Value & { kind: 'string' },
  modifier: string | undefined,
  sought: string,
): boolean {
  if (modifier === 'exact') {
    return text === sought;
  }
  if (modifier === 'contains') {
    return fold(text).includes(fold(sought));
  }
  return wordwise
    ? fold(text)
        .split(' ')
        .some((word) => word.startsWith(fold(sought)))
    : fold(text).startsWith(fold(sought));
}

/** search.html#token: `code`, `system|code`, `|code` (no system), `system|` (any code). */
function matchesToken({ system, code }: Value & { kind: 'token' }, sought: string, withoutSystem: boolean): boolean {
  const [left = '', right] = splitAt(sought, '|').map(plain);
  if (code === undefined) {
    return false;
  }
  if (right === undefined) {
    return code === left;
  }
  if (withoutSystem) {
    return code === right;
  }
  return (right === '' || code === right) && (left === '' ? system === undefined : system === left);
}

function matchesReference(
  { to, identifier }: Value & { kind: 'reference' },
  modifier: string | undefined,
  sought: string,
  types: readonly string[],
): boolean {
  if (modifier === 'identifier') {
    const [left = '', right] = splitAt(sought, '|').map(plain);
    return (
      identifier !== undefined &&
      (right === undefined ? identifier[1] === left : identifier[0] === left && identifier[1] === right)
    );
  }
  const text = plain(sought);
  if (text.includes('/')) {
    return to === text;
  }
  return (modifier === undefined ? [...types, 'Device', 'Group', 'Location'] : [modifier]).some(
    (type) => to === `${type}/${text}`,
  );
}

const prefixOf = (text: string): [prefix: string, rest: string] => {
  const prefix = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)/.exec(text)?.[0];
  return prefix === undefined ? ['eq', text] : [prefix, text.slice(2)];
};

/** search.html#prefix, for spans: [from, until) of the resource against that of the parameter. */
function matchesDate(value: Value & { kind: 'date' }, sought: string): boolean {
  const [prefix, rest] = prefixOf(sought);
  const wanted = spanOfDate(rest);
  const isContained = wanted.from <= value.from && value.until <= wanted.until;
  const isAbove = value.until > wanted.until;
  const isBelow = value.from < wanted.from;
  switch (prefix) {
    case 'eq':
      return isContained;
    case 'ne':
      return !isContained;
    case 'gt':
      return isAbove;
    case 'lt':
      return isBelow;
    case 'ge':
      return isAbove || isContained;
    case 'le':
      return isBelow || isContained;
    case 'sa':
      return value.from >= wanted.until;
    case 'eb':
      return value.until <= wanted.from;
    default:
      throw new Error(`the evaluator does not know the prefix ${prefix}`);
  }
}

/** search.html#number: eq and ne heed the digits written, the others take the number as exact. */
function matchesQuantity(value: Value & { kind: 'quantity' }, sought: string): boolean {
  const [number = '', system = '', code = ''] = splitAt(sought, '|').map(plain);
  const [prefix, rest] = prefixOf(number);
  if (code !== '') {
    const [ownSystem, ownCode, ownUnit] = value.unit;
    const grams: Readonly<Record<string, number>> = { kg: 1000, g: 1 };
    if (system === 'http://unitsofmeasure.org' && ownSystem === system && ownCode !== code) {
      const scale = (grams[ownCode ?? ''] ?? 0) / (grams[code] ?? 0);
      const inUnit = (each: number): number => Number((each * scale).toPrecision(12));
      const converted = { ...value, from: inUnit(value.from), to: inUnit(value.to), unit: [system, code, undefined] };
      return matchesQuantity(converted, sought);
    }
    const isUnit = system === '' ? code === ownCode || code === ownUnit : system === ownSystem && code === ownCode;
    if (!isUnit) {
      return false;
    }
  }
  const exact = Number(rest);
  const decimals = rest.split('.')[1]?.length ?? 0;
  const half = 0.5 / 10 ** decimals;
  const round = (each: number): number => Math.round(each * 1e6) / 1e6;
  const isContained = value.from >= round(exact - half) && value.to < round(exact + half);
  switch (prefix) {
    case 'eq':
      return isContained;
    case 'ne':
      return !isContained;
    case 'gt':
      return value.to > exact;
    case 'lt':
      return value.from < exact;
    case 'ge':
      return value.to >= exact;
    case 'le':
      return value.from <= exact;
    case 'sa':
      return value.from > exact;
    case 'eb':
      return value.to < exact;
    default:
      throw new Error(`the evaluator does not know the prefix ${prefix}`);
  }
}

/** A date covers all it leaves open; without a zone it is meant in Baku, four hours ahead of UTC. */
function spanOfDate(text: string): { from: number; until: number } {
  const [date = '', time] = text.split('T');
  const [year = 0, month, day] = date.split('-').map(Number);
  if (time === undefined) {
    const baku = 4 * 3_600_000;
    const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1) - baku;
    const until = Date.UTC(
      month === undefined ? year + 1 : year,
      month === undefined ? 0 : month - (day === undefined ? 0 : 1),
      day === undefined ? 1 : day + 1,
    );
    return { from, until: until - baku };
  }
  const from = Date.parse(text);
  return { from, until: from + 1000 };
}

const letters: Readonly<Record<string, string>> = { ə: 'e', ı: 'i', ş: 's', ç: 'c', ğ: 'g', ö: 'o', ü: 'u' };

function fold(text: string): string {
  return [...text.replaceAll('İ', 'i').replaceAll('I', 'i').toLowerCase()]
    .map((each) => letters[each] ?? each)
    .join('');
}

/** Splits at a separator without a backslash before it. */
function splitAt(text: string, separator: string): string[] {
  const divided = text.match(
    new RegExp(`(?:\\\\.|[^\\\\${separator}])+|(?<=^|[${separator}])(?=[${separator}]|$)`, 'gs'),
  );
  return divided ?? [''];
}

const plain = (text: string): string => text.replace(/\\([\\,|$])/g, '$1');
