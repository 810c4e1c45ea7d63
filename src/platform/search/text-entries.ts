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

function isKept(word: string): boolean {
  return word.length <= wordCharacters;
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

/** Strings that are addresses or numbers of something rather than words; identifiers and units have parameters of their own. */
const noWords = ['id', 'reference', 'versionId', 'div', 'expression', 'path', 'value', 'unit'];

/** JSON names of the elements that hold words: those of type string and markdown of any R4 type. */
function namesOfTexts(): ReadonlySet<string> {
  if (!texts) {
    const names = new Set<string>();
    const seen = new Set<TypeModel>();
    const visit = (type: TypeModel): void => {
      if (seen.has(type)) {
        return;
      }
      seen.add(type);
      for (const { key, typeName, type: inner } of type.properties.values()) {
        if (typeName === 'string' || typeName === 'markdown') {
          names.add(key);
        }
        visit(inner);
      }
    };
    resourceTypes.forEach((name) => {
      const type = findType(name);
      if (type) {
        visit(type);
      }
    });
    noWords.forEach((name) => names.delete(name));
    texts = names;
  }
  return texts;
}
