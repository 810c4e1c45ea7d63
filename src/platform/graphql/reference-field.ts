import { GraphQLBoolean, type GraphQLOutputType } from 'graphql';
import { AppError } from '#platform/errors';
import { isJsonObject, type Resource } from '#platform/fhir';
import { normalizeReference, parseLocalReference } from '#platform/search';
import type { Field } from './element-fields.ts';
import { asResource } from './loader.ts';
import { type RunContext, resolver } from './run-context.ts';
import { scalar } from './scalars.ts';

/** `resource` of a Reference: what it refers to. FHIR R4, graphql.html#references. */
export function referenceField(type: GraphQLOutputType): Field {
  return {
    type,
    args: { optional: { type: GraphQLBoolean }, type: { type: scalar('code') } },
    resolve: resolver(async (reference, { optional, type: wanted }, context) => {
      const address = 'reference' in reference ? String(reference.reference) : undefined;
      const found = address === undefined ? undefined : await resolveReference(address, reference, wanted, context);
      if (!found && optional !== true) {
        const text = 'A reference cannot be resolved; with the argument "optional: true" its resource is left out.';
        throw new AppError('notFound', 'graphql.unresolved-reference', text);
      }
      return found === otherType ? null : found;
    }),
  };
}

/** What is there, but is not of the type that is wanted. */
const otherType = Symbol('other type');

async function resolveReference(
  address: string,
  reference: object,
  wanted: unknown,
  context: RunContext,
): Promise<Resource | typeof otherType | undefined> {
  const isOther = (type: string): boolean => typeof wanted === 'string' && type !== wanted;
  if (address.startsWith('#')) {
    const found = findContained(address.slice(1), context.homes.get(reference));
    return found && isOther(found.resourceType) ? otherType : found;
  }
  const local = parseLocalReference(normalizeReference(address, context.baseUrl));
  if (!local) return undefined;
  return isOther(local.type) ? otherType : context.loader.read(local);
}

function findContained(id: string, home: Resource | undefined): Resource | undefined {
  if (id === '') return home;
  const contained: unknown = home?.['contained'];
  const found: unknown = Array.isArray(contained)
    ? contained.find((each) => isJsonObject(each) && each['id'] === id)
    : undefined;
  return asResource(found);
}
