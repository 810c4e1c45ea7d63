import type { Collector } from './collector.ts';
import type { CompiledComponent } from './compiled-search.ts';
import { hash64, valueKey } from './hash.ts';
import { pairedNumbers, rangeEntriesOf } from './range-entries.ts';
import { normalizeReference } from './references.ts';
import type { SearchParameter } from './search-parameters.ts';
import { pairedStringEntry, stringForms, stringsOf } from './string-forms.ts';
import { tokenForms, tokensOf } from './token-forms.ts';
import { pairForm } from './value-forms.ts';
import { type Found, isJson, type Json, walkPath } from './walk-path.ts';

/** A composite ties its components together within one element (an Observation.component, the resource itself). */
export function addCompositeEntries(
  collector: Collector,
  { type, parameter, resource }: { type: string; parameter: SearchParameter; resource: Json },
  elements: readonly Found[],
): void {
  const [first, second, third] = parameter.components ?? [];
  if (!first || !second) {
    return;
  }
  const { code } = parameter;
  for (const element of elements) {
    const forms = componentValues(first, element, resource).flatMap(tokensOf).flatMap(tokenForms);
    const others = componentValues(second, element, resource);
    if (forms.length === 0 || others.length === 0) {
      continue;
    }
    if (third) {
      const ends = componentValues(third, element, resource);
      collector.ranges.push(...pairedNumbers({ type, code, tokens: forms.map(hash64) }, others, ends));
    } else if (second.type === 'quantity' || second.type === 'number' || second.type === 'date') {
      collector.ranges.push(...rangeEntriesOf({ type, code, tokens: forms.map(hash64) }, second.type, others));
    } else if (second.type === 'string') {
      const texts = others.flatMap((each) =>
        stringsOf(each).flatMap(({ text }) => stringForms(text, each.type, false)),
      );
      forms.forEach((form) => texts.forEach((text) => collector.strings.add(pairedStringEntry(code, form, text))));
    } else {
      const pairs = others.flatMap((each) => secondForms(second, each, collector.baseUrl));
      forms.forEach((form) => pairs.forEach((pair) => collector.keys.add(valueKey(type, code, pairForm(form, pair)))));
    }
  }
}

function componentValues(component: CompiledComponent, element: Found, resource: Json): readonly Found[] {
  const whole: Found = { value: resource, type: '' };
  return component.paths.flatMap((path) => walkPath(path.fromResource ? whole : element, path));
}

function secondForms(component: CompiledComponent, found: Found, baseUrl: string | undefined): readonly string[] {
  if (component.type === 'reference') {
    const reference = isJson(found.value) ? found.value['reference'] : undefined;
    return typeof reference === 'string' ? [normalizeReference(reference, baseUrl)] : [];
  }
  return tokensOf(found).flatMap(tokenForms);
}
