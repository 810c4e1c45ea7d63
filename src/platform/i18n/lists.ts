import type { Language } from './language.ts';

const conjunctions: Readonly<Record<'and' | 'or', Readonly<Record<Language, string>>>> = {
  and: { az: 'və', ru: 'и', en: 'and' },
  or: { az: 'və ya', ru: 'или', en: 'or' },
};

/** `a, b və c`. No comma before the conjunction in any of the three languages. */
export function formatList(items: readonly string[], language: Language, join: 'and' | 'or' = 'and'): string {
  const last = items.at(-1);
  if (last === undefined || items.length === 1) return last ?? '';
  return `${items.slice(0, -1).join(', ')} ${conjunctions[join][language]} ${last}`;
}
