import type { CodeableConcept } from '@medplum/fhirtypes';
import { isOutside } from './result-flag.ts';
import type { Measure, ResultRange } from './result-value.ts';
import { type Result, timeOf } from './results.ts';

export type ChartedPoint = {
  readonly resultId: string;
  readonly date: string;
  readonly measure: Measure;
  readonly flagged: boolean;
};

/** One line of a chart: a value over time in one unit, oldest first. */
export type ChartedSeries = {
  readonly key: string;
  readonly code: CodeableConcept;
  readonly language: string;
  readonly points: readonly ChartedPoint[];
};

export type ResultChart = {
  readonly unit: string | undefined;
  readonly unitCode: string | undefined;
  readonly series: readonly ChartedSeries[];
  /** The range that the newest result gives, where there is one series to hold against it. */
  readonly range: ResultRange | undefined;
  /** Some results are in other units and are left out: they cannot share an axis. */
  readonly mixedUnits: boolean;
};

/**
 * What can be drawn of the results of one code: dated numbers that stand, in the unit used most lately. Undefined when
 * there is nothing to draw.
 */
export function toResultChart(results: readonly Result[]): ResultChart | undefined {
  const values = results.filter(({ withdrawn }) => !withdrawn).flatMap(numbersOf);
  const [newest] = values.toSorted((a, b) => timeOf(b.point.date) - timeOf(a.point.date));
  if (newest === undefined) return undefined;
  const unit = newest.point.measure.unit;
  const comparable = values.filter(({ point }) => point.measure.unit === unit);
  const series = [...Map.groupBy(comparable, ({ key }) => key).values()].map(toSeries);
  return {
    unit,
    unitCode: newest.point.measure.unitCode,
    series,
    range: series.length === 1 ? newest.range : undefined,
    mixedUnits: comparable.length < values.length,
  };
}

type Value = {
  key: string;
  code: CodeableConcept;
  language: string;
  point: ChartedPoint;
  range: ResultRange | undefined;
};

function numbersOf({ id, date, parts, language }: Result): Value[] {
  if (date === undefined) return [];
  return parts.flatMap(({ key, code, value, range, flag }) =>
    value.kind === 'quantity' && value.comparator === undefined
      ? [{ key, code, language, range, point: { resultId: id, date, measure: value, flagged: isOutside(flag) } }]
      : [],
  );
}

function toSeries(values: readonly Value[]): ChartedSeries {
  const [first] = values;
  const points = values.map(({ point }) => point).toSorted((a, b) => timeOf(a.date) - timeOf(b.date));
  return { key: first?.key ?? '', code: first?.code ?? {}, language: first?.language ?? '', points };
}
