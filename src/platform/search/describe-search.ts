import { splitUnescaped } from './escapes.ts';
import type { SearchQuery } from './query.ts';
import { findSearchParameter } from './search-parameters.ts';

/** Controls whose values are words of the standard, names of parameters or numbers. */
const open = new Set(['_type', '_count', '_sort', '_total', '_summary', '_include', '_revinclude']);
const ordered = new Set(['date', 'number', 'quantity']);

/**
 * A search without what was sought, fit for a log: `Observation?subject:Patient={1}&code={2}&date=ge{1}&_count=20`. In
 * braces stands the number of alternatives. Names have passed the reading of the search, so they are the standard's.
 */
export function describeSearch({ path, types, applied, ignored }: SearchQuery): string {
  const [type = ''] = types;
  const parts = applied.map(([name, value]) => `${name}=${shownValue(type, name, value)}`);
  const left = ignored.length === 0 ? '' : ` (${ignored.length} unknown left out)`;
  return `${path.replace(/\/[^/]+\//, '/{1}/')}?${parts.join('&')}${left}`;
}

function shownValue(type: string, name: string, value: string): string {
  const [base = ''] = name.split(':');
  if (open.has(base)) {
    return value;
  }
  const alternatives = splitUnescaped(value, ',');
  return `${prefixesOf(type, base, alternatives)}{${alternatives.length}}`;
}

/** Only of values that have an order: the first letters of any other may belong to what was sought. */
function prefixesOf(type: string, code: string, alternatives: readonly string[]): string {
  if (!ordered.has(findSearchParameter(type, code)?.type ?? '')) {
    return '';
  }
  const prefixes = alternatives.map((each) => /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/.exec(each)?.[0] ?? '');
  return [...new Set(prefixes)].join('');
}
