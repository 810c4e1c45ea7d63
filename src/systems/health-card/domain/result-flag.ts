import type { CodeableConcept } from '@medplum/fhirtypes';
import type { ResultRange, ResultValue } from './result-value.ts';

export type ResultFlag = 'criticalLow' | 'low' | 'normal' | 'high' | 'criticalHigh' | 'abnormal' | 'criticalAbnormal';

// HL7 v3 ObservationInterpretation, as bound by Observation.interpretation.
const flagByCode: Readonly<Record<string, ResultFlag>> = {
  LL: 'criticalLow',
  L: 'low',
  LU: 'low',
  '<': 'low',
  N: 'normal',
  H: 'high',
  HU: 'high',
  '>': 'high',
  HH: 'criticalHigh',
  A: 'abnormal',
  AA: 'criticalAbnormal',
};

/** What the laboratory said of a value; where it said nothing, where the value lies to the range it gave. */
export function flagOf(
  interpretation: readonly CodeableConcept[] | undefined,
  value: ResultValue,
  range: ResultRange | undefined,
): ResultFlag | undefined {
  const codes = (interpretation ?? []).flatMap(({ coding }) => coding?.map(({ code }) => code ?? '') ?? []);
  const said = codes.map((code) => flagByCode[code]).find((flag) => flag !== undefined);
  return said ?? flagByRange(value, range);
}

function flagByRange(value: ResultValue, range: ResultRange | undefined): ResultFlag | undefined {
  if (value.kind !== 'quantity' || value.comparator !== undefined || range === undefined) return undefined;
  const { low, high } = range;
  if (low === undefined && high === undefined) return undefined;
  if ([low, high].some((end) => end?.unit !== undefined && value.unit !== undefined && end.unit !== value.unit))
    return undefined;
  if (low !== undefined && value.number < low.number) return 'low';
  if (high !== undefined && value.number > high.number) return 'high';
  return 'normal';
}

export const isOutside = (flag: ResultFlag | undefined): boolean => flag !== undefined && flag !== 'normal';
