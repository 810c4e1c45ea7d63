/** The date parameter that orders a type clinically; it has its own column, so it is the fastest to search and sort by. */
const leadingDates: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'date',
  Appointment: 'date',
  AuditEvent: 'date',
  CarePlan: 'date',
  Claim: 'created',
  ClinicalImpression: 'date',
  Communication: 'sent',
  Composition: 'date',
  Condition: 'recorded-date',
  Consent: 'date',
  DetectedIssue: 'identified',
  DiagnosticReport: 'date',
  DocumentReference: 'date',
  Encounter: 'date',
  EpisodeOfCare: 'date',
  ExplanationOfBenefit: 'created',
  Flag: 'date',
  ImagingStudy: 'started',
  Immunization: 'date',
  List: 'date',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  Observation: 'date',
  Patient: 'birthdate',
  Procedure: 'date',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  ServiceRequest: 'authored',
  Task: 'authored-on',
};

export function leadingDateOf(type: string): string | undefined {
  return leadingDates[type];
}
