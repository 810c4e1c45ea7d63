import { createFhirClient } from '#platform/fhir-client';

/** The record, at the same address as the portal. */
export const fhirBase = '/fhir';

export const record = createFhirClient(fhirBase);
