import { scaleLinear } from 'd3-scale';

/** `time` in milliseconds since 1970, `value` in the unit of the series. */
export type ChartPoint = { readonly time: number; readonly value: number };

/** The interval regarded as usual; either end may be open. */
export type ReferenceBand = { readonly low?: number | undefined; readonly high?: number | undefined };

export type ChartFrame = {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly valueTicks: readonly number[];
  readonly timeTicks: readonly number[];
  /** True where ticks stand on the first day of a year and are labelled by the year alone. */
  readonly yearly: boolean;
};

type FrameSize = { left: number; right: number; top: number; bottom: number };

/** Where values and times fall on the paper. The band is always inside, so that "usual" can be seen. */
export function chartFrame(
  points: readonly ChartPoint[],
  band: ReferenceBand | undefined,
  size: FrameSize,
): ChartFrame {
  const times = extent(points.map(({ time }) => time));
  const values = extent([...points.map(({ value }) => value), ...bandEnds(band)]);
  const y = scaleLinear().domain(withMargin(values)).nice(5).range([size.bottom, size.top]);
  const x = scaleLinear().domain(withRoom(times)).range([size.left, size.right]);
  const yearly = times[1] - times[0] > 2 * yearMs;
  const most = Math.max(2, Math.floor((size.right - size.left) / 90));
  return {
    x,
    y,
    valueTicks: y.ticks(5),
    timeTicks: yearly ? yearTicks(times, most) : dayTicks(times, most),
    yearly,
  };
}

const dayMs = 24 * 60 * 60 * 1000;
const yearMs = 365.25 * dayMs;

function bandEnds(band: ReferenceBand | undefined): number[] {
  return [band?.low, band?.high].filter((end) => end !== undefined);
}

function extent(numbers: readonly number[]): [number, number] {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** Below this, of one or of the value if that is larger, steps of the axis vanish between two floating-point numbers. */
const smallestMargin = 1e-9;

function withMargin([low, high]: [number, number]): [number, number] {
  const margin = Math.max(
    (high - low) * 0.08 || Math.abs(high) * 0.1 || 1,
    smallestMargin * Math.max(1, Math.abs(high)),
  );
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
}

function withRoom([first, last]: [number, number]): [number, number] {
  const room = Math.max((last - first) * 0.03, dayMs);
  return [first - room, last + room];
}

function yearTicks([first, last]: [number, number], most: number): number[] {
  const from = new Date(first).getUTCFullYear() + 1;
  const to = new Date(last).getUTCFullYear();
  const step = Math.max(1, Math.ceil((to - from + 1) / most));
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => Date.UTC(from + index * step, 0, 1));
}

function dayTicks([first, last]: [number, number], most: number): number[] {
  if (last - first < dayMs) return [first];
  const count = Math.min(most, 5, Math.floor((last - first) / dayMs) + 1);
  return Array.from({ length: count }, (_, index) => first + ((last - first) * index) / Math.max(1, count - 1));
}
