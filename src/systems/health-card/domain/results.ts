import type { CodeableConcept, Observation, ObservationComponent, Quantity } from '@medplum/fhirtypes';
import { conceptKey, languageOf } from '#platform/wording';
import { writtenNumber } from '#platform/written-number';
import { flagOf, type ResultFlag } from './result-flag.ts';
import type { Measure, ResultRange, ResultValue } from './result-value.ts';

/** One value of a result: its own, or that of a component such as the systolic pressure. */
export type ResultPart = {
  readonly key: string;
  readonly code: CodeableConcept;
  readonly value: ResultValue;
  readonly range: ResultRange | undefined;
  readonly flag: ResultFlag | undefined;
};

/** An observation as the card shows it: plain data, exact in its numbers. */
export type Result = {
  readonly id: string;
  readonly key: string;
  readonly code: CodeableConcept;
  readonly category: string | undefined;
  readonly language: string;
  readonly date: string | undefined;
  /** Entered in error or cancelled: shown struck through and left out of charts. */
  readonly withdrawn: boolean;
  readonly amended: boolean;
  readonly preliminary: boolean;
  readonly parts: readonly ResultPart[];
};

/** All results of one code, newest first. */
export type ResultGroup = { readonly key: string; readonly latest: Result; readonly results: readonly Result[] };

export function toResult(observation: Observation): Result {
  const { status } = observation;
  return {
    id: observation.id ?? '',
    key: conceptKey(observation.code),
    code: observation.code,
    category: observation.category?.[0]?.coding?.[0]?.code,
    language: languageOf(observation),
    date:
      observation.effectiveDateTime ??
      observation.effectivePeriod?.start ??
      observation.effectiveInstant ??
      observation.issued,
    withdrawn: status === 'entered-in-error' || status === 'cancelled',
    amended: status === 'amended' || status === 'corrected',
    preliminary: status === 'preliminary' || status === 'registered',
    parts: partsOf(observation),
  };
}

function partsOf(observation: Observation): ResultPart[] {
  const components = (observation.component ?? [])
    .map((component) => toPart(component.code, component))
    .toSorted(systolicFirst);
  const own = toPart(observation.code, observation);
  return components.length > 0 && own.value.kind === 'absent' ? components : [own, ...components];
}

const diastolic = 'http://loinc.org|8462-4';

/** A pressure is read upper before lower, in whatever order a device sent it. */
const systolicFirst = (a: ResultPart, b: ResultPart): number =>
  Number(a.key === diastolic) - Number(b.key === diastolic);

function toPart(code: CodeableConcept, source: Observation | ObservationComponent): ResultPart {
  const value = valueOf(source);
  const range = rangeOf(source);
  return { key: conceptKey(code), code, value, range, flag: flagOf(source.interpretation, value, range) };
}

function valueOf(source: Observation | ObservationComponent): ResultValue {
  const { valueQuantity, valueCodeableConcept, valueRange, valueRatio } = source;
  if (valueQuantity) return quantityOf(valueQuantity);
  if (valueCodeableConcept) return { kind: 'concept', concept: valueCodeableConcept };
  if (source.valueInteger !== undefined) return integerOf(source.valueInteger);
  if (valueRange) return { kind: 'interval', low: measureOf(valueRange.low), high: measureOf(valueRange.high) };
  if (valueRatio) {
    return {
      kind: 'ratio',
      numerator: measureOf(valueRatio.numerator),
      denominator: measureOf(valueRatio.denominator),
    };
  }
  return plainValueOf(source);
}

function plainValueOf(source: Observation | ObservationComponent): ResultValue {
  if (source.valueString !== undefined) return { kind: 'words', text: source.valueString };
  if (source.valueTime !== undefined) return { kind: 'words', text: source.valueTime };
  if (source.valueBoolean !== undefined) return { kind: 'truth', value: source.valueBoolean };
  if (source.valueDateTime !== undefined) return { kind: 'moment', date: source.valueDateTime };
  if (source.valuePeriod?.start !== undefined) return { kind: 'moment', date: source.valuePeriod.start };
  if (source.valueSampledData) return { kind: 'signal' };
  return { kind: 'absent', reason: source.dataAbsentReason };
}

const integerOf = (value: number): ResultValue => ({
  kind: 'quantity',
  number: value,
  written: String(value),
  unit: undefined,
  unitCode: undefined,
  comparator: undefined,
});

function quantityOf(quantity: Quantity): ResultValue {
  const measure = measureOf(quantity);
  if (measure === undefined) return { kind: 'absent', reason: undefined };
  return { kind: 'quantity', ...measure, comparator: quantity.comparator };
}

function measureOf(quantity: Quantity | undefined): Measure | undefined {
  if (quantity?.value === undefined) return undefined;
  return {
    number: quantity.value,
    written: writtenNumber(quantity, 'value') ?? String(quantity.value),
    unit: quantity.unit ?? quantity.code,
    unitCode: quantity.code,
  };
}

function rangeOf(source: Observation | ObservationComponent): ResultRange | undefined {
  const ranges = source.referenceRange ?? [];
  const usual =
    ranges.find(({ type }) => type === undefined || type.coding?.some(({ code }) => code === 'normal')) ?? ranges[0];
  if (usual === undefined) return undefined;
  return { low: measureOf(usual.low), high: measureOf(usual.high), words: usual.text };
}

/** Milliseconds of a FHIR date for ordering; a partial one counts from its first day, an unknown one comes last. */
export function timeOf(date: string | undefined): number {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/** Results by what was measured, the group with the newest result first. Withdrawn ones never stand for their group. */
export function groupResults(results: readonly Result[]): ResultGroup[] {
  const ordered = results.toSorted((a, b) => timeOf(b.date) - timeOf(a.date));
  const groups = Map.groupBy(ordered, ({ key }) => key);
  return [...groups].flatMap(([key, members]) => {
    const latest = members.find(({ withdrawn }) => !withdrawn) ?? members[0];
    return latest ? [{ key, latest, results: members }] : [];
  });
}
