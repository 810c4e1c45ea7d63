import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  type GraphQLOutputType,
} from 'graphql';
import { isJsonObject, numberLiteral, type PropertyModel, type Resource, type TypeModel } from '#platform/fhir';
import { filterItems } from './filter-list.ts';
import { asResource } from './loader.ts';
import { countValues, type RunContext, resolver } from './run-context.ts';
import { scalar, shownAs } from './scalars.ts';

export type Field = GraphQLFieldConfig<object, RunContext, Readonly<Record<string, unknown>>>;
export type Fields = Record<string, Field>;

/** What a schema is made of while it is made. */
export type TypeSource = {
  /** Whether the query names it; what no query names is not made. */
  readonly isWanted: (name: string) => boolean;
  readonly typeOf: (model: TypeModel) => GraphQLOutputType;
};

/** The fields of a type: its elements, and the extensions of those that are primitive. FHIR R4, graphql.html#fields. */
export function elementFields(model: TypeModel, source: TypeSource): Fields {
  const fields: Fields = {};
  for (const property of model.properties.values()) {
    const { key, isPrimitive } = property;
    // `id` is always there: a type of GraphQL has one field at least.
    if (key === 'id' || source.isWanted(key)) fields[key] = elementField(property, source);
    if (isPrimitive && key !== 'id' && source.isWanted(`_${key}`)) {
      const extra = elementModelOf(model);
      if (extra) fields[`_${key}`] = shadowField(property, extra, source);
    }
  }
  return fields;
}

/** The type `Element` as the first of the bases of any data type. */
function elementModelOf(model: TypeModel): TypeModel | undefined {
  return model.properties.get('extension')?.type.base;
}

function elementField(property: PropertyModel, source: TypeSource): Field {
  const { key, element, isPrimitive, typeName } = property;
  const type = isPrimitive ? shownAs(typeName) : source.typeOf(property.type);
  const base = element.properties.length === 1 && property.type.kind === 'part' ? element.path : typeName;
  return {
    type: element.isList ? new GraphQLList(type) : type,
    ...(element.isList && !isPrimitive ? { args: listArguments(property, source) } : {}),
    resolve: resolver((object, args, context) => {
      const value: unknown = (object as Record<string, unknown>)[key]; // as: what is shown are JSON objects
      if (isPrimitive) return element.isList ? primitives(value, typeName, context) : primitive(object, key, typeName);
      const home = context.homes.get(object) ?? asResource(object);
      if (!Array.isArray(value)) return housed(value, home, key, context);
      const items = filterItems(value, args, base, context.evaluate);
      countValues(context, items.length);
      return items.map((item) => housed(item, home, key, context));
    }, base),
  };
}

/** The object, with a note of the resource it is part of: an entry of a Bundle is one of its own. */
function housed(value: unknown, home: Resource | undefined, key: string, { homes }: RunContext): unknown {
  if (!isJsonObject(value)) return value;
  const whose = (key === 'contained' ? undefined : asResource(value)) ?? home;
  if (whose) homes.set(value, whose);
  return value;
}

function primitives(value: unknown, typeName: string, context: RunContext): unknown {
  if (!Array.isArray(value)) return value;
  countValues(context, value.length);
  return value.map((_, at) => primitive(value, at, typeName));
}

/** Decimals as they were written. */
function primitive(container: object, key: string | number, typeName: string): unknown {
  const value: unknown = (container as Record<string | number, unknown>)[key]; // as: what is shown are JSON objects
  return typeName === 'decimal' && typeof value === 'number' ? numberLiteral(container, key) : value;
}

function shadowField({ key, element }: PropertyModel, extra: TypeModel, source: TypeSource): Field {
  const type = source.typeOf(extra);
  return {
    type: element.isList ? new GraphQLList(type) : type,
    resolve: resolver((object) => (object as Record<string, unknown>)[`_${key}`], 'Element'), // as: see above
  };
}

/** FHIR R4, graphql.html#list: arguments that select items of a repeating element. */
function listArguments({ type }: PropertyModel, source: TypeSource): GraphQLFieldConfigArgumentMap {
  const args: GraphQLFieldConfigArgumentMap = {
    fhirpath: { type: scalar('fhirpath') },
    _offset: { type: GraphQLInt },
    _count: { type: GraphQLInt },
  };
  for (const { key, isPrimitive, typeName } of type.properties.values()) {
    if (isPrimitive && source.isWanted(key)) args[key] = { type: scalar(typeName) };
  }
  return args;
}
