const memberKeyword = /('(?:[^'\\]|\\.)*'|`[^`]*`)|\.(div|mod)\b/g;

/** Writes members that are also operators in quotes (`text.div`), which the grammar asks for and authors forget. */
export function quoteKeywords(expression: string): string {
  return expression.replaceAll(memberKeyword, (whole, quoted: string | undefined, keyword: string | undefined) =>
    quoted === undefined && keyword !== undefined ? `.\`${keyword}\`` : whole,
  );
}
