import { AppError } from '#platform/errors';
import { isJsonObject, type JsonObject } from '../../definitions/resource.ts';
import { elementsOf, readXmlTree, type XmlElement } from '../../xml/read-xml-tree.ts';
import { extensionValues } from '../questionnaire-items.ts';
import type { Run } from '../run.ts';

const root = 'http://hl7.org/fhir/StructureDefinition/';
const sources: ReadonlySet<string> = new Set(['boilerplate', 'generated', 'original']);

/** Demands of a profile on a narrative: sections per language, and a mark of where each part comes from. */
export function checkNarrativeControls(
  run: Run,
  definition: JsonObject,
  value: unknown,
  fail: (text: string) => void,
): void {
  const languages = extensionValues(definition, `${root}narrative-language-control`, 'valueCode');
  const isSourced = extensionValues(definition, `${root}narrative-source-control`, 'valueCode').length > 0;
  if ((languages.length === 0 && !isSourced) || !isJsonObject(value) || typeof value['div'] !== 'string') return;
  const div = readDiv(value['div']);
  if (!div) return;
  const found = elementsOf(div).flatMap((element) => languageOf(element) ?? []);
  for (const wanted of languages) checkLanguage(wanted, found, run.resource['language'], fail);
  if (isSourced && !isMarked(div))
    fail(`Every part of the narrative needs a class that tells its source: ${[...sources].join(', ')}`);
}

/** What cannot be read has been named by the base validation. */
function readDiv(div: string): XmlElement | undefined {
  try {
    return readXmlTree(div);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function languageOf(element: XmlElement): string | undefined {
  if (element.name !== 'div') return undefined;
  return element.attributes['lang'] ?? element.attributes['xml:lang'];
}

function checkLanguage(
  wanted: unknown,
  found: readonly string[],
  resourceLanguage: unknown,
  fail: (text: string) => void,
): void {
  if (wanted === '_no' && found.length > 0)
    fail(`The narrative must not have sections by language (${found.join(', ')})`);
  if (wanted === '_yes' && found.length === 0) fail('The narrative must have sections by language');
  const language = wanted === '_resource' ? resourceLanguage : wanted;
  if (typeof language !== 'string' || language.startsWith('_')) return;
  if (!found.includes(language)) fail(`The narrative must have a section in the language ${language}`);
}

function isMarked(element: XmlElement): boolean {
  return element.children.every((child) => {
    if (typeof child === 'string') return child.trim() === '';
    const marks = child.attributes['class']?.split(/\s+/) ?? [];
    return marks.some((mark) => sources.has(mark)) || (child.children.length > 0 && isMarked(child));
  });
}
