import { validateSchema } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema } from './schema.ts';

it('the whole schema keeps the rules of GraphQL', () => {
  expect(validateSchema(createSchema(undefined)).map(({ message }) => message)).toEqual([]);
}, 30_000);

it('so does that of one resource', () => {
  expect(validateSchema(createSchema('Patient', new Set(['name', 'given'])))).toEqual([]);
});

it('a query has the types it names and no others', () => {
  const types = createSchema(undefined, new Set(['Patient', 'name', 'family'])).getTypeMap();
  expect(
    Object.keys(types)
      .filter((name) => !name.startsWith('__'))
      .sort(),
  ).toEqual([
    'Boolean',
    'HumanName',
    'ID',
    'Int',
    'OtherResource',
    'Patient',
    'Query',
    'Resource',
    'String',
    'fhirpath',
    'id',
    'string',
  ]);
});
