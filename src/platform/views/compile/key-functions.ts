import { isResourceType } from '#platform/fhir';
import { type Clause, clause, verbatim } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import { typeArgument } from './arguments.ts';
import type { PathFunctions } from './functions.ts';
import { member } from './members.ts';
import type { Scope } from './scope.ts';
import { isOfType } from './static-types.ts';
import { freshName, literal, onceNamed, type Value } from './value.ts';

/**
 * The id in a reference within the record: `Patient/1`, `Patient/1/_history/2`, the same behind the record's own address.
 * Cut at its slashes: a pattern would take longer than all the rest of a row.
 */
function keyOf(reference: Clause, type: string | undefined, baseUrl: string | undefined): Clause {
  const own = `${baseUrl ?? ''}/`;
  const local = (text: Clause): Clause =>
    baseUrl === undefined
      ? text
      : clause`case when starts_with(${text}, ${own}::text) then substr(${text}, length(${own}::text) + 1) else ${text} end`;
  const part = (text: Clause, at: number): Clause => clause`split_part(${text}, '/', ${verbatim(String(at))})`;
  return onceNamed(clause`${reference}->>'reference'`, (given) =>
    onceNamed(local(given), (text) => {
      const isType =
        type === undefined ? clause`${part(text, 1)} ~ '^[A-Z]'` : clause`${part(text, 1)} = ${literal(type)}`;
      return clause`case when ${isType} and ${part(text, 3)} in ('', '_history') then nullif(${part(text, 2)}, '') end`;
    }),
  );
}

function referenceKey(input: Value, type: string | undefined, { baseUrl }: Scope): Value {
  const isReference = input.types.length > 0 && input.types.every((each) => isOfType(each, 'Reference'));
  if (!isReference && input.types.length > 0) {
    throw new PathSyntaxError('getReferenceKey() is asked of references alone');
  }
  const key = (reference: Clause): Clause => keyOf(reference, type, baseUrl);
  if (input.form !== 'list') {
    return { form: 'text', sql: key(input.sql), types: ['id'] };
  }
  const name = freshName('k');
  const found = verbatim(`${name}f`);
  return {
    form: 'list',
    types: ['id'],
    sql: clause`(select coalesce(jsonb_agg(${found}.v), '[]') from jsonb_array_elements(${input.sql})
      as ${verbatim(name)}(v), lateral (select ${key(verbatim(`${name}.v`))} as v) as ${found}
      where ${found}.v is not null)`,
  };
}

export const keyFunctions: PathFunctions = {
  getResourceKey: {
    least: 0,
    most: 0,
    run: (input) => {
      if (!input.types.every((type) => isOfType(type, 'Resource'))) {
        throw new PathSyntaxError('getResourceKey() is asked of a resource alone');
      }
      return member(input, 'id');
    },
  },
  getReferenceKey: {
    least: 0,
    most: 1,
    run: (input, [argument], scope) => {
      const type = argument && typeArgument(argument);
      if (type !== undefined && !isResourceType(type)) {
        throw new PathSyntaxError(`${type} is no resource type`);
      }
      return referenceKey(input, type, scope);
    },
  },
};
