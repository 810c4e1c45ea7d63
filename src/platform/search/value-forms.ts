/**
 * The texts whose hashes stand in `keys`. Within a form `|` separates parts, so that it and the backslash are escaped in
 * the parts; a backslash before another sign therefore marks forms that no token can have.
 */
function escapePart(text: string): string {
  return text.includes('|') || text.includes('\\') ? text.replace(/[|\\]/g, '\\$&') : text;
}

/** `code`, `system|code`, `system|` (any code), or with an empty system `|code` (no system). */
export function tokenForm(system: string | undefined, code: string): string {
  return system === undefined ? escapePart(code) : `${escapePart(system)}|${escapePart(code)}`;
}

/** The resource has a value for the parameter. */
export const presenceForm = '\\?';

/** A coding that is not the first of the leading coded parameter, see `leadingCodeOf`; given as a token form. */
export function furtherForm(form: string): string {
  return `\\+${form}`;
}

/** A text exactly as written, for `:exact`. */
export function exactForm(text: string): string {
  return `\\=${text}`;
}

/** An identifier with the type that `:of-type` asks for. */
export function ofTypeForm(system: string, code: string, value: string): string {
  return `\\T${[system, code, value].map(escapePart).join('|')}`;
}

/** The identifier within a reference, for `:identifier`; given as a token form. */
export function targetIdentifierForm(form: string): string {
  return `\\I${form}`;
}

/** Two forms that hold together within one element. */
export function pairForm(first: string, second: string): string {
  return `${first}\\$${second}`;
}
