const atMost = { characters: 1000, functions: 20, openBrackets: 10 };

/** What it takes to select an element. Regular expressions, recursion and products of sets could run without end. */
const functions: ReadonlySet<string> = new Set(
  'where first last tail skip take single ofType as is exists empty not all count extension hasValue startsWith endsWith contains indexOf length lower upper toString toInteger today now'.split(
    ' ',
  ),
);
const operators: ReadonlySet<string> = new Set([
  'and',
  'or',
  'xor',
  'implies',
  'in',
  'is',
  'as',
  'contains',
  'div',
  'mod',
]);
const literals = /'(?:\\[^]|[^'\\])*'/g;

/** Says why an expression of a caller does more than select elements, so that it is not evaluated; else `undefined`. */
export function faultOfSelection(path: string): string | undefined {
  if (path.length > atMost.characters) return `a path has ${atMost.characters} characters at most`;
  const bare = path.replaceAll(literals, "''");
  if (/\/[/*]/.test(bare)) return 'a path has no comments';
  if (bare.includes('%')) return 'a path has no variables';
  const called = [...bare.matchAll(/([A-Za-z_]\w*)`?\s*\(/g)].map(([, name = '']) => name);
  const unknown = called.find((name) => !functions.has(name) && !operators.has(name));
  if (unknown !== undefined) return `the function ${unknown}() has no place in a path`;
  if (called.length > atMost.functions) return `a path calls ${atMost.functions} functions at most`;
  if (deepestBracket(bare) > atMost.openBrackets) return `brackets of a path nest ${atMost.openBrackets} deep at most`;
  return undefined;
}

function deepestBracket(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const sign of text) {
    if (sign === '(' || sign === '[' || sign === '{') open += 1;
    if (sign === ')' || sign === ']' || sign === '}') open -= 1;
    deepest = Math.max(deepest, open);
  }
  return deepest;
}
