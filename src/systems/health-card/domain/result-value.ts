import type { CodeableConcept } from '@medplum/fhirtypes';

/** A number with its spelling in the record, so that 1.10 is shown as 1.10. */
export type Measure = {
  readonly number: number;
  readonly written: string;
  /** As the record spells it. */
  readonly unit: string | undefined;
  /** In UCUM. */
  readonly unitCode: string | undefined;
};

export type ResultValue =
  | ({ readonly kind: 'quantity'; readonly comparator: string | undefined } & Measure)
  | { readonly kind: 'interval'; readonly low: Measure | undefined; readonly high: Measure | undefined }
  | { readonly kind: 'ratio'; readonly numerator: Measure | undefined; readonly denominator: Measure | undefined }
  | { readonly kind: 'concept'; readonly concept: CodeableConcept }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'moment'; readonly date: string }
  | { readonly kind: 'signal' }
  | { readonly kind: 'absent'; readonly reason: CodeableConcept | undefined };

/** What is usual, for the person and time of the result. */
export type ResultRange = {
  readonly low: Measure | undefined;
  readonly high: Measure | undefined;
  readonly words: string | undefined;
};
