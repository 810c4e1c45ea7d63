import type { Page } from 'playwright-core';

/**
 * Signs of another language on an Azerbaijani page, in what is seen and in what is only heard. Words of the record in
 * another language are marked with it and left out.
 */
export async function findLanguageFaults(page: Page): Promise<string[]> {
  const texts = await page.evaluate(ownTexts);
  return texts.flatMap((text) => faultsIn(text).map((fault) => `${fault} in "${text.slice(0, 120)}"`));
}

const months = 'January|February|March|April|May|June|July|August|September|October|November|December';
const weekdays = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
const interfaceWords =
  'the|and|of|for|not|search|find|name|birth|born|sex|male|female|unknown|results?|problems?|medicines?|vaccinations?|documents?|summary|timeline|allerg(?:y|ies)|none|recorded|show|more|back|print|close|open|loading|error|page|home|health|card|status|active|date|value|range|high|low|normal';

const rules: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a month of the browser without Azerbaijani', /\bM(?:0[1-9]|1[0-2])\b/],
  ['an English month', new RegExp(`\\b(?:${months})\\b`)],
  ['an English short month', /\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/],
  ['an English weekday', new RegExp(`\\b(?:${weekdays})\\b`, 'i')],
  ['an English word', new RegExp(`(?<![\\p{L}\\d])(?:${interfaceWords})(?![\\p{L}\\d])`, 'iu')],
  ['a date as Americans write it', /\b\d{1,2}\/\d{1,2}\/\d{2,4}\b/],
  ['a decimal point', /(?<![\d.])\d+\.\d(?:\d{0,1}|\d{3,})(?![\d.])/],
  ['a Russian word', /\p{Script=Cyrillic}/u],
];

/** Every rule that a text breaks. Azerbaijani months (mart, may, avq) and words stay free. */
export function faultsIn(text: string): string[] {
  return rules.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

/** Runs in the page: texts, and what assistive technology reads, outside elements in another language or not to be translated. */
function ownTexts(): string[] {
  const foreign = (element: Element | null): boolean =>
    element?.closest('[lang]:not([lang="az"]), [translate="no"], script, style, noscript') !== null;
  const texts: string[] = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    if (text !== '' && !foreign(node.parentElement)) texts.push(text);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'value']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!foreign(element)) texts.push(element.getAttribute(name) ?? '');
    }
  }
  return texts;
}
