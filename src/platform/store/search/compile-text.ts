import { readTextQuery, type TextQuery, textEntry, unescape } from '#platform/search';
import type { Clause } from './clause.ts';
import { beginning, matchesText } from './compile-keys.ts';
import type { Scope } from './scope.ts';

/** `_text` looks in the narrative, `_content` everywhere; a comma says or, as in every parameter. */
export function compileText(scope: Scope, code: '_text' | '_content', values: readonly string[]): Clause {
  const codes = code === '_text' ? (['_text'] as const) : (['_text', '_content'] as const);
  const toText = (query: TextQuery): string => {
    switch (query.kind) {
      case 'word':
        return `(${codes.map((each) => beginning(textEntry(each, query.word))).join(' | ')})`;
      case 'not':
        return `!${toText(query.part)}`;
      case 'and':
        return `(${query.parts.map(toText).join(' & ')})`;
      case 'or':
        return `(${query.parts.map(toText).join(' | ')})`;
    }
  };
  const queries = values.map((value) => toText(readTextQuery(code, unescape(value))));
  return matchesText(scope, queries.join(' | '));
}
