/** A value set without end: what a code must look like, and how to say so. */
type OpenCodeRule = { readonly test: (code: string) => boolean; readonly wanted: string };

const languagePattern =
  /^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?$|^x(?:-[a-z0-9]{1,8})+$|^i-[a-z]+$/i;
// CapabilityStatement.format allows the short names too; parameters are left to their makers (DICOM writes spaces in them).
const mimePattern = /^(?:[a-z0-9!#$&^_.+*-]+\/[a-z0-9!#$&^_.+*-]+(?:\s*;.*)?|xml|json|ttl)$/i;

const language: OpenCodeRule = {
  test: (code) => languagePattern.test(code),
  wanted: 'is not a language tag of BCP 47',
};
const mimeType: OpenCodeRule = {
  test: (code) => mimePattern.test(code),
  wanted: 'is not a media type such as text/plain',
};

/** By value set URL. */
export const openCodeRules: Readonly<Record<string, OpenCodeRule>> = {
  'http://hl7.org/fhir/ValueSet/all-languages': language,
  'http://hl7.org/fhir/ValueSet/languages': language,
  'http://hl7.org/fhir/ValueSet/mimetypes': mimeType,
  // Expression.language: FHIRPath, CQL and queries are named by media types, and short names are in wide use.
  'http://www.rfc-editor.org/bcp/bcp13.txt': { test: (code) => !/\s/.test(code), wanted: 'is not a media type' },
};
