import type { FastifyRequest } from 'fastify';
import type { FhirService } from '../fhir-context.ts';
import type { Noted } from '../note-reads.ts';
import type { OperationParameters } from './operation-parameters.ts';

/** Where an operation is called: `[base]/$name`, and below a type, a resource, or a version of one. */
export type OperationLevel = 'system' | 'type' | 'instance' | 'version';

/** A parameter as the OperationDefinition tells it. */
export type ParameterDefinition = {
  readonly name: string;
  /** A data type of FHIR, or a resource type; `Resource` for any. Absent where there are parts. */
  readonly type?: string;
  readonly searchType?: string;
  readonly min?: number;
  /** 1 where nothing is said; any number is `*`. */
  readonly max?: number | '*';
  readonly documentation: string;
  readonly part?: readonly ParameterDefinition[];
};

/** What an operation is asked. */
export type OperationCall = {
  readonly service: FhirService;
  readonly request: FastifyRequest;
  /** Address of the FHIR API without a closing slash. */
  readonly baseUrl: string;
  readonly level: OperationLevel;
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly version: string | undefined;
  readonly parameters: OperationParameters;
};

export type OperationAnswer = {
  /** 200 where nothing is said. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text of a resource, or its bytes, or pieces that make it up; no body where absent. */
  readonly body?: string | Buffer | AsyncIterable<string | Buffer>;
  /** `application/fhir+json` where nothing is said. */
  readonly contentType?: string;
  /** What the answer shows of whom: in the audit trail before a byte leaves. Writes are noted by the store. */
  readonly noted: readonly Noted[];
};

/**
 * One operation of the FHIR API. Its routes, refusals, entries of the CapabilityStatement and OperationDefinition all
 * follow from this value.
 */
export type Operation = {
  /** Without the `$`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Canonical url of its OperationDefinition; the last step of it is the id under which it can be read here. */
  readonly definition: string;
  readonly levels: readonly OperationLevel[];
  /** Types it may be called on below the system level; every type where absent. */
  readonly types?: readonly string[];
  /** Whether it changes what is stored: then it must be called by POST. */
  readonly affectsState: boolean;
  readonly parameters: readonly ParameterDefinition[];
  /** Parameters beside those are search parameters, which the operation reads itself. */
  readonly takesSearchParameters?: boolean;
  readonly results: readonly ParameterDefinition[];
  /** Whether it answers in media types of its own: then it reads `Accept` and `_format` itself. */
  readonly ownForms?: boolean;
  /** Parameters of a body that is no resource, by its media type; `undefined` where it is one. */
  readonly readBody?: (request: FastifyRequest) => readonly (readonly [string, string])[] | undefined;
  readonly run: (call: OperationCall) => Promise<OperationAnswer>;
};
