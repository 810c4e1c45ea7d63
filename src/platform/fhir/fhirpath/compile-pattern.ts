const patterns = new Map<string, RegExp>();

/** Escapes of a character that needs none, which Unicode mode refuses (`\'`, `\@`). */
const idleEscape = /\\([^\\dDwWsSbBnrtfvpPuxck0-9^$.*+?()[\]{}|/-])/g;

/**
 * A regular expression of a FHIRPath `matches()`: the dot stands for any character, and needless
 * escapes are accepted as other engines do. Throws `SyntaxError` when the pattern is wrong.
 */
export function compilePattern(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    compiled = new RegExp(pattern.replaceAll(idleEscape, '$1'), 's');
    patterns.set(pattern, compiled);
  }
  return compiled;
}
