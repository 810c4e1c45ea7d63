import type { Subject } from './condition.ts';
import { unknownParameter } from './errors.ts';
import { findCommonParameter, findSearchParameter, type SearchParameter } from './search-parameters.ts';

/** The parameter of the types, or a refusal that names it as it was written. */
export function getParameter(subject: Subject, code: string, name: string): SearchParameter {
  const [type = '', ...others] = subject;
  const parameter = others.length === 0 ? findSearchParameter(type, code) : findCommonParameter(code);
  if (!parameter) {
    const where = others.length === 0 ? type : 'every type that is searched';
    throw unknownParameter(name === code ? code : `${name} (${code})`, where);
  }
  return parameter;
}
