export { type CodeSystemModel, findCodeSystem } from './definitions/code-systems.ts';
export { findCoreProfile } from './definitions/core-profiles.ts';
export { isJsonObject, type JsonObject, type Resource } from './definitions/resource.ts';
export {
  type ElementModel,
  findType,
  isKindOf,
  isResourceType,
  type PropertyModel,
  resourceTypes,
  type TypeModel,
} from './definitions/type-model.ts';
export { findCoreValueSet } from './definitions/value-set-outlines.ts';
export { compileFhirPath, type FhirPath, type FhirPathVariables } from './fhirpath/compile-fhirpath.ts';
export { compileTypedPath, type TypedValue } from './fhirpath/compile-typed-path.ts';
export { evaluateFhirPath } from './fhirpath/evaluate-fhirpath.ts';
export { faultOfSelection } from './fhirpath/selection-path.ts';
export { indentJson } from './json/indent-json.ts';
export { copyLiterals, numberLiteral } from './json/number-literals.ts';
export { parseJson, parsePrintedJson } from './json/parse-json.ts';
export { rawNumber } from './json/raw-number.ts';
export { cloneJson, stringifyJson } from './json/stringify-json.ts';
export { applyFhirPathPatch } from './patch/fhirpath-patch.ts';
export { applyJsonPatch } from './patch/json-patch.ts';
export { convertUnits } from './validation/convert-units.ts';
export type { ValidationOptions } from './validation/run.ts';
export { validateResource } from './validation/validate-resource.ts';
export { resourceToXml } from './xml/resource-to-xml.ts';
export { xmlToResource, xmlToResourceInTurns } from './xml/xml-to-resource.ts';
