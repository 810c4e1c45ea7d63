const plain = /[^\s{}[\],:"]+/y;

/**
 * JSON with a line for each property and item, for people. Works on the text, so that strings and numbers stay as they
 * are written. The text must be JSON.
 */
export function indentJson(text: string): string {
  let written = '';
  let indent = '\n';
  let previous = '';
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    at += token.length;
    if (/^\s/.test(token)) continue;
    const isFirst = previous === '{' || previous === '[';
    if (token === '}' || token === ']') {
      indent = indent.slice(0, -2);
      written += isFirst ? token : indent + token;
    } else {
      written += (isFirst || previous === ',' ? indent : '') + (token === ':' ? ': ' : token);
      if (token === '{' || token === '[') indent += '  ';
    }
    previous = token;
  }
  return `${written}\n`;
}

function tokenAt(text: string, at: number): string {
  if (text[at] === '"') return text.slice(at, endOfString(text, at));
  plain.lastIndex = at;
  return plain.exec(text)?.[0] ?? text.charAt(at);
}

/** By search instead of by pattern: a string may have millions of characters. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}
