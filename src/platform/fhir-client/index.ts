export { createFhirClient, type FhirClient, type SearchPage, type SearchParams } from './fhir-client.ts';
export { resourceNotFound } from './fhir-failure.ts';
