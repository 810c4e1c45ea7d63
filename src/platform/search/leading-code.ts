/**
 * The coded parameter that says what a resource of the type is about. Its first coding has a column of its own, since searches
 * over all patients and counts mostly name it.
 */
const leadingCodes: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'code',
  Appointment: 'service-type',
  CarePlan: 'category',
  ChargeItem: 'code',
  Composition: 'type',
  Condition: 'code',
  DiagnosticReport: 'code',
  DocumentReference: 'type',
  Encounter: 'type',
  FamilyMemberHistory: 'code',
  Immunization: 'vaccine-code',
  MedicationAdministration: 'code',
  MedicationDispense: 'code',
  MedicationRequest: 'code',
  MedicationStatement: 'code',
  Observation: 'code',
  Procedure: 'code',
  ServiceRequest: 'code',
  Specimen: 'type',
  Task: 'code',
};

export function leadingCodeOf(type: string): string | undefined {
  return leadingCodes[type];
}
