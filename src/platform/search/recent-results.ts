/**
 * Remembers the results of a pure function of a text. Codes, systems and displays repeat endlessly, ids and names do
 * not: of two generations the older is dropped when the younger is full, so what is asked for again stays.
 */
export function recentResults<Result>(
  compute: (text: string) => Result,
  { atMost, characters }: { atMost: number; characters: number },
): (text: string) => Result {
  let young = new Map<string, Result>();
  let old = new Map<string, Result>();
  return (text) => {
    const recent = young.get(text);
    if (recent !== undefined) {
      return recent;
    }
    const result = old.get(text) ?? compute(text);
    if (text.length <= characters) {
      if (young.size >= atMost) {
        old = young;
        young = new Map();
      }
      young.set(text, result);
    }
    return result;
  };
}
