import {
  type GraphQLFieldConfig,
  GraphQLInterfaceType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import { findType, type TypeModel } from '#platform/fhir';
import { coreParameters, type ParameterTable, storedTypes } from '#platform/search';
import { notFound } from '#platform/store';
import { elementFields, type Field, type Fields, type TypeSource } from './element-fields.ts';
import { asResource } from './loader.ts';
import { referenceField } from './reference-field.ts';
import { type RunContext, resolver } from './run-context.ts';
import { scalar } from './scalars.ts';
import { reverseFields, type SearchSource, searchFields } from './search-fields.ts';
import { shapingDirectives } from './shapes.ts';

type ObjectType = GraphQLObjectType<object, RunContext>;

/** Stands for the resource types that a query does not name: their common fields can be shown all the same. */
const otherResource = 'OtherResource';

/**
 * The schema of FHIR R4 as far as a query names it; all of it without `names`, as introspection shows it. A query of a few
 * fields needs a few types of the 800, and they are made in a millisecond. `root` is the resource type that the query
 * starts from, or nothing for the whole record.
 */
export function createSchema(
  root: string | undefined,
  names?: ReadonlySet<string>,
  table: ParameterTable = coreParameters,
): GraphQLSchema {
  const isWanted = (name: string): boolean => names?.has(name) ?? true;
  const types = new Map<string, ObjectType>();

  const resource: GraphQLInterfaceType = new GraphQLInterfaceType({
    name: 'Resource',
    fields: () => commonFields(source),
    resolveType: (value) => {
      const type = asResource(value)?.resourceType ?? '';
      return types.has(type) ? type : otherResource;
    },
  });

  const source: TypeSource = {
    isWanted,
    typeOf: (model) => (model.name === 'Resource' ? resource : objectType(model)),
  };
  const searches: SearchSource = { isWanted, table, resourceType: (type) => objectType(getType(type)) };

  const fieldsOf = (model: TypeModel): Fields => {
    const fields = elementFields(model, source);
    if (model.name === 'Reference' && isWanted('resource')) fields['resource'] = referenceField(resource);
    if (model.kind !== 'resource') return fields;
    return { resourceType: resourceTypeField, ...fields, ...reverseFields(model.name, searches, names === undefined) };
  };

  const objectType = (model: TypeModel): ObjectType => {
    const known = types.get(model.name) ?? createType(model);
    types.set(model.name, known);
    return known;
  };

  const createType = (model: TypeModel): ObjectType =>
    new GraphQLObjectType({
      name: nameOf(model),
      interfaces: model.kind === 'resource' ? [resource] : [],
      fields: () => fieldsOf(model),
    });

  const named = storedTypes.filter((type) => isWanted(type) || isWanted('__typename'));
  const query = root === undefined ? systemQuery(searches) : objectType(getType(root));
  const other = new GraphQLObjectType({
    name: otherResource,
    interfaces: [resource],
    fields: () => commonFields(source),
  });
  return new GraphQLSchema({
    query,
    types: [...named.map((type) => objectType(getType(type))), ...(named.length < storedTypes.length ? [other] : [])],
    directives: [...specifiedDirectives, ...shapingDirectives],
    assumeValid: true, // a test holds the whole schema against the rules of GraphQL
  });
}

function getType(name: string): TypeModel {
  const type = findType(name);
  if (!type) throw new Error(`the definitions have no type ${name}`);
  return type;
}

/** `Patient.contact` is `PatientContact`. */
function nameOf({ name }: TypeModel): string {
  return name
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

const resourceTypeField: Field = {
  type: GraphQLString,
  resolve: resolver((object) => asResource(object)?.resourceType),
};

function commonFields(source: TypeSource): Fields {
  return { resourceType: resourceTypeField, ...elementFields(getType('Resource'), source) };
}

function systemQuery(source: SearchSource): ObjectType {
  return new GraphQLObjectType({
    name: 'Query',
    fields: () => {
      const fields: Record<string, GraphQLFieldConfig<object, RunContext>> = {};
      for (const type of storedTypes) {
        if (source.isWanted(type)) fields[type] = readField(type, source);
        Object.assign(fields, searchFields(type, source));
      }
      return Object.keys(fields).length > 0 ? fields : { Patient: readField('Patient', source) };
    },
  });
}

/** `Patient(id: …)`. */
function readField(type: string, source: SearchSource): Field {
  return {
    type: source.resourceType(type),
    args: { id: { type: new GraphQLNonNull(scalar('ID')) } },
    resolve: resolver(async (_object, { id }, { loader }) => {
      const address = { type, id: String(id) };
      const found = await loader.read(address);
      if (!found) throw notFound(address);
      return found;
    }),
  };
}
