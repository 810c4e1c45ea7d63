/** Why an expression cannot be read or made into SQL; the text goes on after "…, because ". */
export class PathSyntaxError extends Error {
  override readonly name: string = 'PathSyntaxError';
}

/** An expression names an element that its types do not have; a traversal may yet come to types that do. */
export class UnknownElement extends PathSyntaxError {
  override readonly name = 'UnknownElement';
}
