import type { ValueNode } from 'graphql';
import {
  GraphQLBoolean,
  GraphQLInt,
  type GraphQLScalarType,
  GraphQLString,
  Kind,
  GraphQLScalarType as Scalar,
} from 'graphql';
import { rawNumber } from '#platform/fhir';
import { invalidQuery } from './limits.ts';

const known = new Map<string, GraphQLScalarType>();

/** What a primitive of FHIR is shown as; what has no fitting scalar of GraphQL has one of its own name. */
export function shownAs(primitive: string): GraphQLScalarType {
  switch (primitive) {
    case 'boolean':
      return GraphQLBoolean;
    case 'integer':
    case 'unsignedInt':
    case 'positiveInt':
      return GraphQLInt;
    case 'string':
    case 'xhtml':
    case 'markdown':
      return GraphQLString;
    default:
      return scalar(primitive);
  }
}

/** A scalar that takes any literal as the text it is written as, and so `official` and `1` as well as `"official"`. */
export function scalar(name: string): GraphQLScalarType {
  const found = known.get(name) ?? createScalar(name);
  known.set(name, found);
  return found;
}

function createScalar(name: string): GraphQLScalarType {
  return new Scalar({
    name,
    coerceOutputValue: (value) => (name === 'decimal' ? rawNumber(String(value)) : String(value)),
    coerceInputValue: (value) => {
      if (typeof value === 'object' || value === undefined) throw invalidQuery(`A single value is wanted for ${name}.`);
      return String(value);
    },
    coerceInputLiteral: (node) => textOf(node, name),
  });
}

function textOf(node: ValueNode, name: string): string {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.INT:
    case Kind.FLOAT:
      return node.value;
    case Kind.BOOLEAN:
      return String(node.value);
    default:
      throw invalidQuery(`A single value is wanted for ${name}.`);
  }
}
