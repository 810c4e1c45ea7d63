import { AppError } from '#platform/errors';
import type { Subject } from './condition.ts';
import { printable, unknownParameter } from './errors.ts';
import { findCommonParameter, type ParameterTable, type SearchParameter } from './search-parameters.ts';

/** The parameter of the types, or a refusal that names it as it was written. */
export function getParameter(table: ParameterTable, subject: Subject, code: string, name: string): SearchParameter {
  const [type = '', ...others] = subject;
  const parameter = others.length === 0 ? table.find(type, code) : findCommonParameter(code);
  if (!parameter) {
    const where = others.length === 0 ? type : 'every type that is searched';
    throw unknownParameter(name === code ? code : `${name} (${code})`, where);
  }
  if (parameter.pending !== undefined) {
    throw notReady(name, parameter.pending);
  }
  return parameter;
}

function notReady(name: string, why: string): AppError {
  const shown = printable(name);
  const text = `Search parameter ${shown} is new: ${why}. Try again later.`;
  return new AppError('unavailable', 'search.parameter-not-ready', text, {
    issues: [{ severity: 'error', code: 'transient', text, expression: `http.${shown}` }],
  });
}
