/** Splits a search value at a separator that no backslash precedes; the parts stay escaped. */
export function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      part += character + text.charAt(at + 1);
      at += 1;
    } else if (character === separator) {
      parts.push(part);
      part = '';
    } else {
      part += character;
    }
  }
  return [...parts, part];
}

/** FHIR R4, search.html#escaping: `\,` `\$` `\|` `\\` stand for the sign itself. */
export function unescape(text: string): string {
  return text.replace(/\\([,$|\\])/g, '$1');
}
