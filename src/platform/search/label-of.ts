import { stringsOf } from './string-forms.ts';
import { isJson, type Json } from './walk-path.ts';

const labelElements = ['name', 'title', 'display'];
const labelCharacters = 200;

/** The text by which lists of a type are sorted: family and given names of a person, name or title of a thing. */
export function labelOf(resource: Json): string | undefined {
  const name = labelElements.map((each) => resource[each]).find((each) => each !== undefined);
  if (typeof name === 'string') {
    return name.slice(0, labelCharacters).toWellFormed();
  }
  const human = Array.isArray(name) ? name.find(isJson) : name;
  return isJson(human) ? humanLabel(human)?.slice(0, labelCharacters).toWellFormed() : undefined;
}

function humanLabel(human: Json): string | undefined {
  const given = Array.isArray(human['given']) ? human['given'] : [];
  const parts = [human['family'], ...given].filter((each) => typeof each === 'string');
  return parts.length > 0 ? parts.join(' ') : stringsOf({ value: human, type: 'HumanName' })[0]?.text;
}
