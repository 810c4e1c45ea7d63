import type { Sql } from './connect.ts';

const mark = Symbol('spread');

/**
 * Notes of a pool that the tables behind it are spread over several servers (Citus), where statements reach less far.
 * Its transactions tell it too, so that no caller has to hand it on.
 */
export function markSpread(sql: Sql): void {
  const begin = sql.begin.bind(sql) as (...args: unknown[]) => unknown; // as: of two forms, with and without options
  const markedBegin = (...args: unknown[]): unknown => {
    const use = args.pop() as (own: object) => unknown; // as: the last argument of both forms
    return begin(...args, (own: object) => use(Object.assign(own, { [mark]: true })));
  };
  Object.assign(sql, { [mark]: true, begin: markedBegin });
}

/** Whether the tables that a pool or a transaction of it reaches are spread over several servers. */
export function isSpread(sql: object): boolean {
  return mark in sql;
}
