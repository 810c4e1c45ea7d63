import './charts.css';
import { line } from 'd3-shape';
import type { ReactElement } from 'react';
import { type ChartPoint, chartFrame, type ReferenceBand } from './chart-scales.ts';

const size = { left: 3, right: 101, top: 3, bottom: 25 };

/** The run of the last values in the space of a word. It says nothing that the table beside it does not say. */
export function Sparkline({
  points,
  band,
}: {
  points: readonly ChartPoint[];
  band?: ReferenceBand | undefined;
}): ReactElement | null {
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return null;
  const frame = chartFrame(points, band, size);
  const draw = line<ChartPoint>(
    ({ time }) => frame.x(time),
    ({ value }) => frame.y(value),
  );
  return (
    <svg className="sparkline" viewBox="0 0 104 28" aria-hidden="true" focusable="false">
      <path className="chart-line" d={draw(points) ?? undefined} />
      <circle className="chart-last" cx={frame.x(last.time)} cy={frame.y(last.value)} r="2.5" />
    </svg>
  );
}
