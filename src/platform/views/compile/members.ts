import { findType, type PropertyModel } from '#platform/fhir';
import { type Clause, clause, verbatim } from '#platform/store';
import { PathSyntaxError, UnknownElement } from '../path/path-syntax-error.ts';
import { nameTypes } from './scope.ts';
import { isOfType, mayBeOfType, propertiesOf } from './static-types.ts';
import { callRoute, emptyList, freshName, literal, routedList, routeOf, type Value } from './value.ts';

/** A step to an element by its FHIRPath name. Throws when none of the types has such an element. */
export function member(value: Value, name: string): Value {
  const owners = value.types.filter((type) => findType(type)?.kind !== 'primitive');
  if (owners.length === 0 && value.sibling && (name === 'id' || name === 'extension')) {
    return member(value.sibling(), name);
  }
  const properties = propertiesOf(owners, name);
  if (properties.length === 0) {
    if (value.types.length === 0) {
      return { form: 'list', sql: emptyList, types: [] };
    }
    throw new UnknownElement(`${nameTypes(value.types)} has no element ${name}`);
  }
  return followed(value, name, properties);
}

/** The element under those of its JSON names that are left. */
function followed(value: Value, name: string, properties: readonly PropertyModel[]): Value {
  const keys = [...new Set(properties.map(({ key }) => key))];
  const [key = '', ...others] = keys;
  const reached =
    others.length > 0 ? chosen(value, keys) : stepped(value, key, isList(properties), hasGaps(properties));
  const types = [...new Set(properties.map(({ typeName }) => typeName))];
  const choice = others.length > 0 ? { choice: { of: value, name } } : {};
  const sibling =
    others.length === 0 && properties.every(({ isPrimitive }) => isPrimitive)
      ? { sibling: (): Value => ({ ...stepped(value, `_${key}`, isList(properties), false), types: ['Element'] }) }
      : {};
  return { ...reached, types, ...choice, ...sibling };
}

function isList(properties: readonly PropertyModel[]): boolean {
  return properties.some(({ element }) => element.isList);
}

/** A list of primitives has null where an element has extensions alone; it counts for nothing in a view. */
function hasGaps(properties: readonly PropertyModel[]): boolean {
  return properties.some(({ isPrimitive, element }) => isPrimitive && element.isList);
}

function stepped(value: Value, key: string, leadsToList: boolean, gaps: boolean): Value {
  if (value.form === 'item' && !leadsToList) {
    return { form: 'item', sql: clause`(${value.sql}->${literal(key)})`, types: [] };
  }
  const { base, steps, values } = routeOf(value);
  const step = `."${key}"${leadsToList ? '[*]' : ''}${gaps ? ' ? (@ != null)' : ''}`;
  const list = routedList({ base, steps: steps + step, values }, []);
  return value.form === 'item' && !gaps
    ? { ...list, sql: clause`coalesce(${value.sql}->${literal(key)}, '[]')` }
    : list;
}

/** A choice of several types: whichever of its JSON names is there. */
function chosen(value: Value, keys: readonly string[]): Value {
  const whichever = (it: Clause): Clause =>
    clause`coalesce(${keys.map((key, at) => clause`${verbatim(at === 0 ? '' : ', ')}${it}->${literal(key)}`)})`;
  if (value.form === 'item') {
    return { form: 'item', sql: whichever(value.sql), types: [] };
  }
  const name = freshName('e');
  const each = whichever(verbatim(`${name}.v`));
  const found = verbatim(`${name}f`);
  return {
    form: 'list',
    types: [],
    sql: clause`(select coalesce(jsonb_agg(${found}.v), '[]') from jsonb_array_elements(${value.sql})
      as ${verbatim(name)}(v), lateral (select ${each} as v) as ${found} where ${found}.v is not null)`,
  };
}

/** Those of the values that are of the type, or of one built on it. */
export function ofType(value: Value, type: string): Value {
  if (value.choice) {
    const properties = propertiesOf(value.choice.of.types, value.choice.name).filter(({ typeName }) =>
      isOfType(typeName, type),
    );
    return properties.length > 0 ? followed(value.choice.of, value.choice.name, properties) : nothing(type);
  }
  if (value.types.every((each) => isOfType(each, type))) {
    return value;
  }
  if (value.types.some((each) => mayBeOfType(each, type))) {
    return resourcesOf(value, type);
  }
  if (value.types.some((each) => isOfType(each, type))) {
    throw new PathSyntaxError(`${nameTypes(value.types)} cannot be told apart here`);
  }
  return nothing(type);
}

function nothing(type: string): Value {
  return { form: 'list', sql: emptyList, types: [type] };
}

function resourcesOf(value: Value, type: string): Value {
  if (value.form === 'item') {
    const isOne = clause`${value.sql}->>'resourceType' = ${literal(type)}`;
    return { form: 'item', sql: clause`(case when ${isOne} then ${value.sql} end)`, types: [type] };
  }
  const { base, steps, values } = routeOf(value);
  return routedList({ base, steps: `${steps} ? (@."resourceType" == "${type}")`, values }, [type]);
}

/** Whether there is any value. */
export function exists(value: Value): Clause {
  if (value.form !== 'list') {
    return clause`(${value.sql} is not null)`;
  }
  return value.route
    ? clause`coalesce(${callRoute('jsonb_path_exists', value.route)}, false)`
    : clause`(${value.sql} <> '[]')`;
}

/** The first value, where there is one. */
export function first(value: Value): Value {
  if (value.form !== 'list') {
    return value;
  }
  const { route, sql, types } = value;
  return { form: 'item', sql: route ? callRoute('jsonb_path_query_first', route) : clause`(${sql}->0)`, types };
}
