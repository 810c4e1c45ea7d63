export type { FhirContext } from './fhir-context.ts';
export { registerFhir } from './register-fhir.ts';
