import { invalid, printable } from './errors.ts';
import { isStoredType, type SearchParameter } from './search-parameters.ts';

const modifiersOf: Readonly<Record<string, readonly string[]>> = {
  token: ['missing', 'not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  string: ['missing', 'exact', 'contains'],
  uri: ['missing', 'above', 'below'],
  reference: ['missing', 'identifier', 'above', 'below'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
  special: ['missing'],
};

const modifiersOfOwn: Readonly<Record<string, readonly string[]>> = {
  _id: ['missing', 'not'],
  _text: [],
  _content: [],
};

/** The modifiers a parameter understands; a reference understands each resource type as well. */
export function supportedModifiers({ code, type }: SearchParameter): readonly string[] {
  return modifiersOfOwn[code] ?? modifiersOf[type] ?? [];
}

export function checkModifier(parameter: SearchParameter, modifier: string | undefined, name: string): void {
  if (modifier === undefined || supportedModifiers(parameter).includes(modifier)) {
    return;
  }
  if (parameter.type === 'reference' && isStoredType(modifier)) {
    return;
  }
  throw invalid(name, `the modifier :${printable(modifier)} is not supported for a ${parameter.type} parameter`);
}
