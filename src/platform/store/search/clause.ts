import type { Sql } from '../sql.ts';

export type Value = string | number;

/**
 * A piece of a statement: its text cut at the values between. Searches are put together from such pieces, and not from
 * the client's own, since the client keeps every statement it was given prepared: searches have more shapes than a
 * connection should remember, and a plan made without the values is the wrong one for half of them.
 */
export type Clause = { readonly texts: readonly string[]; readonly values: readonly Value[] };

/** Text in which each value becomes a parameter and each clause takes its place. */
export function clause(
  strings: TemplateStringsArray,
  ...parts: readonly (Value | Clause | readonly Clause[])[]
): Clause {
  const texts: string[] = [strings[0] ?? ''];
  const values: Value[] = [];
  parts.forEach((part, at) => {
    if (typeof part === 'string' || typeof part === 'number') {
      values.push(part);
      texts.push('');
    } else {
      for (const each of 'texts' in part ? [part] : part) {
        append(texts, values, each);
      }
    }
    extendLast(texts, strings[at + 1] ?? '');
  });
  return { texts, values };
}

function append(texts: string[], values: Value[], { texts: [first = '', ...rest], values: more }: Clause): void {
  extendLast(texts, first);
  texts.push(...rest);
  values.push(...more);
}

function extendLast(texts: string[], text: string): void {
  texts.push((texts.pop() ?? '') + text);
}

/** Words of the program itself (names, types), never of a client. */
export function verbatim(text: string): Clause {
  return { texts: [text], values: [] };
}

/** The text of a statement, its values as `$1`, `$2`… */
export function textOf({ texts }: Clause): string {
  return texts.map((each, at) => (at === 0 ? each : `$${at}${each}`)).join('');
}

const keptTexts = new Set<string>();
/** A connection remembers every statement that is kept. */
const keptAtMost = 300;

/**
 * Sends the statement: planned for its values, or where the plan does not depend on them (`kept`) prepared, so that it
 * is read and planned once for many.
 */
export async function run<Row extends Record<string, unknown>>(
  sql: Sql,
  statement: Clause,
  { kept = false }: { readonly kept?: boolean | undefined } = {},
): Promise<Row[]> {
  const text = textOf(statement);
  const prepare = kept && (keptTexts.has(text) || keptTexts.size < keptAtMost);
  if (prepare) {
    keptTexts.add(text);
  }
  return sql.unsafe<Row[]>(text, [...statement.values], { prepare });
}

/** The same for more rows than memory should hold: the next page is read when the last has been taken. */
export async function* pages<Row extends Record<string, unknown>>(
  sql: Sql,
  statement: Clause,
  pageSize: number,
): AsyncGenerator<Row[]> {
  for await (const rows of sql.unsafe<Row[]>(textOf(statement), [...statement.values]).cursor(pageSize)) {
    yield rows;
  }
}
