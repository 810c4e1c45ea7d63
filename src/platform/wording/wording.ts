import type { CodeableConcept, Coding, Extension, Resource } from '@medplum/fhirtypes';

/** Words of the record with the language they are in (BCP 47), `undefined` for codes and numbers that belong to none. */
export type Wording = { readonly text: string; readonly language: string | undefined };

/** FHIR R4, extension-translation: the same words in another language, on the primitive they translate. */
const translationUrl = 'http://hl7.org/fhir/StructureDefinition/translation';

type Primitive = { readonly extension?: readonly Extension[] } | undefined;
type CodingWithTranslations = Coding & { readonly _display?: Primitive };
type ConceptWithTranslations = CodeableConcept & { readonly _text?: Primitive };

/** Under this address stand the code systems and identifiers of the country itself. */
const nationalAddress = 'https://vsis.az/';

/**
 * The language of a resource's own words. One that does not say is Azerbaijani if it was made here, which shows in
 * national codes and numbers or in translations into English; all others come from abroad and are taken as English.
 */
export function languageOf(resource: Pick<Resource, 'language'>): string {
  return resource.language ?? (someNode(resource, isMadeHere) ? 'az' : 'en');
}

function isMadeHere(node: unknown): boolean {
  if (typeof node === 'string') return node.startsWith(nationalAddress);
  return isExtension(node) && node.url === translationUrl && translationOf(node).language?.split('-')[0] === 'en';
}

const isExtension = (node: unknown): node is Extension => typeof node === 'object' && node !== null && 'url' in node;

function someNode(node: unknown, test: (node: unknown) => boolean): boolean {
  if (test(node)) return true;
  return typeof node === 'object' && node !== null && Object.values(node).some((child) => someNode(child, test));
}

/**
 * The words for a concept in the reader's language if the record has them, else its own words in theirs, else the code
 * alone. `own` is the language of the resource the concept stands in.
 */
export function wordingOfConcept(
  concept: CodeableConcept | undefined,
  own: string,
  reader: string,
): Wording | undefined {
  if (concept === undefined) return undefined;
  const translated = findTranslation(concept, reader);
  if (translated !== undefined) return { text: translated, language: reader };
  const words = concept.text ?? concept.coding?.find(({ display }) => display !== undefined)?.display;
  if (words !== undefined) return { text: words, language: own };
  const code = concept.coding?.find((coding) => coding.code !== undefined)?.code;
  return code === undefined ? undefined : { text: code, language: undefined };
}

/**
 * What the record's own text says beyond the translation shown for it: "Atorvastatin 20 mg, tablet" beside
 * "Аторвастатин". Undefined where nothing would be lost without it.
 */
export function untranslatedText(
  concept: CodeableConcept | undefined,
  own: string,
  reader: string,
): Wording | undefined {
  const text = concept?.text;
  if (concept === undefined || text === undefined || own.split('-')[0] === reader) return undefined;
  const shown = wordingOfConcept(concept, own, reader);
  const isTranslated = shown?.language === reader;
  const saysTheSame =
    concept.coding?.some(({ display }) => display === text) || translationIn(textOf(concept), reader) !== undefined;
  return isTranslated && !saysTheSame ? { text, language: own } : undefined;
}

const textOf = (concept: ConceptWithTranslations): Primitive => concept._text;

function findTranslation(concept: ConceptWithTranslations, reader: string): string | undefined {
  const ofText = translationIn(concept._text, reader);
  if (ofText !== undefined) return ofText;
  // One display of several codings: the first that speaks the reader's language.
  const codings: readonly CodingWithTranslations[] = concept.coding ?? [];
  return codings.map(({ _display }) => translationIn(_display, reader)).find((text) => text !== undefined);
}

function translationIn(primitive: Primitive, reader: string): string | undefined {
  return primitive?.extension
    ?.filter(({ url }) => url === translationUrl)
    .map(translationOf)
    .find(({ language }) => language?.split('-')[0] === reader)?.text;
}

function translationOf({ extension }: Extension): { language: string | undefined; text: string | undefined } {
  return {
    language: extension?.find(({ url }) => url === 'lang')?.valueCode,
    text: extension?.find(({ url }) => url === 'content')?.valueString,
  };
}

/** The code of a concept in a classification, by the address of its code system. */
export function codeIn(concept: CodeableConcept | undefined, system: string): string | undefined {
  return concept?.coding?.find((coding) => coding.system === system)?.code;
}

/** What two concepts must share to be the same: first coding, or the words where nothing is coded. */
export function conceptKey(concept: CodeableConcept | undefined): string {
  const coding = concept?.coding?.find(({ code }) => code !== undefined);
  return coding ? `${coding.system ?? ''}|${coding.code}` : (concept?.text ?? '');
}
