export type { CapabilityAdditions } from './capability-statement.ts';
export type { FhirContext } from './fhir-context.ts';
export type {
  Operation,
  OperationAnswer,
  OperationCall,
  OperationLevel,
  ParameterDefinition,
} from './operations/operation.ts';
export type { OperationParameters } from './operations/operation-parameters.ts';
export { reduceContent } from './reduce-content.ts';
export { registerFhir } from './register-fhir.ts';
