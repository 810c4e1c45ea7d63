import { findType, resourceTypes, type TypeModel } from '#platform/fhir';
import { foldedWords } from '#platform/names';
import { recentResults } from './recent-results.ts';
import { isJson, type Json } from './walk-path.ts';

/** More words of one resource are not kept: a document of hundreds of pages is found by its beginning. */
const wordsAtMost = 5000;
const wordCharacters = 60;

const wordsOf: (text: string) => readonly string[] = recentResults(foldedWords, { atMost: 10_000, characters: 200 });

/** The word as an entry of the text index: in the narrative, or anywhere in the resource. */
export function textEntry(code: '_text' | '_content', word: string): string {
  return `${code}=${word}`;
}

/**
 * The words a resource is found by through `_text` and `_content`. A word of the narrative counts for both and stands
 * under `_text` alone.
 */
export function addTextEntries(strings: Set<string>, resource: Json): void {
  const narrative = isJson(resource['text']) ? resource['text']['div'] : undefined;
  const told = new Set(typeof narrative === 'string' ? narrativeWords(narrative) : []);
  const written = new Set<string>();
  collect(resource, told, written);
  told.forEach((word) => strings.add(textEntry('_text', word)));
  written.forEach((word) => strings.add(textEntry('_content', word)));
}

const references = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function narrativeWords(xhtml: string): readonly string[] {
  const text = xhtml
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(references, (_, decimal?: string, hexadecimal?: string, name?: string) => {
      const point = decimal ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16);
      return name === undefined ? toCharacter(point) : (named[name.toLowerCase()] ?? ' ');
    });
  return foldedWords(text).slice(0, wordsAtMost).filter(isKept);
}

function toCharacter(point: number): string {
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : ' ';
}

/** Numbers are searched as what they are. */
function isKept(word: string): boolean {
  return word.length > 1 && word.length <= wordCharacters && !/^\d+$/.test(word);
}

function collect(value: Json, told: ReadonlySet<string>, written: Set<string>): void {
  for (const [name, inner] of Object.entries(value)) {
    for (const each of Array.isArray(inner) ? (inner as readonly unknown[]) : [inner]) {
      if (isJson(each)) {
        collect(each, told, written);
      } else if (typeof each === 'string' && written.size < wordsAtMost && namesOfTexts().has(name)) {
        wordsOf(each).forEach((word) => !told.has(word) && isKept(word) && written.add(word));
      }
    }
  }
}

let texts: ReadonlySet<string> | undefined;

/**
 * Strings that address something, and those that say again what a code, a unit or a target says: every word costs each
 * write of its resource, and these have searches of their own (`:text`, chains, tokens).
 */
const noWords = ['id', 'reference', 'versionId', 'div', 'expression', 'path', 'display', 'unit', 'value', 'postalCode'];

/** JSON names of the elements that hold words: those that are a string or markdown in every R4 type that has them. */
function namesOfTexts(): ReadonlySet<string> {
  texts ??= collectNames();
  return texts;
}

function collectNames(): ReadonlySet<string> {
  const words = new Set<string>();
  const others = new Set(noWords);
  const seen = new Set<TypeModel>();
  const visit = (type: TypeModel): void => {
    if (seen.has(type)) {
      return;
    }
    seen.add(type);
    for (const { key, typeName, isPrimitive, type: inner } of type.properties.values()) {
      if (typeName === 'string' || typeName === 'markdown') {
        words.add(key);
      } else if (isPrimitive) {
        others.add(key);
      }
      visit(inner);
    }
  };
  resourceTypes.map(findType).forEach((type) => type && visit(type));
  others.forEach((name) => words.delete(name));
  return words;
}
