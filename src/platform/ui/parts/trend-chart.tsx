import './charts.css';
import { line } from 'd3-shape';
import type { ReactElement } from 'react';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';
import { type ChartFrame, type ChartPoint, chartFrame, type ReferenceBand } from './chart-scales.ts';
import { useWidth } from './use-width.ts';

export type TrendPoint = ChartPoint & {
  readonly valueText: string;
  readonly dateText: string;
  /** Outside what is usual. */
  readonly flagged: boolean;
};

export type TrendSeries = { readonly label: string; readonly points: readonly TrendPoint[] };

type TrendChartProps = {
  /** What a screen reader hears in place of the picture; the values follow in a table beside it. */
  label: string;
  unit: string;
  series: readonly TrendSeries[];
  band?: ReferenceBand | undefined;
};

const height = 240;

/** Values over time with the usual range behind them. Show a table of the same values beside it. */
export function TrendChart({ label, unit, series, band }: TrendChartProps): ReactElement {
  const { t } = useLocale(uiMessages);
  const [figure, width] = useWidth<HTMLElement>(640);
  const size = { left: 48, right: width - 12, top: 12, bottom: height - 28 };
  const frame = chartFrame(
    series.flatMap(({ points }) => points),
    band,
    size,
  );
  return (
    <figure className="trend-chart stack-tight" ref={figure}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {band && <Band band={band} frame={frame} size={size} />}
        <ValueAxis frame={frame} size={size} />
        <TimeAxis frame={frame} />
        {series.map(({ label: name, points }, index) => (
          <Line key={name} points={points} frame={frame} index={index} />
        ))}
      </svg>
      <ul className="bare-list chart-legend">
        {series.map(({ label: name }, index) => (
          <li key={name} data-series={index}>
            <svg viewBox="0 0 28 10" aria-hidden="true">
              <path className="chart-line" d="M0 5H28" />
            </svg>
            {name}
            {unit && `, ${unit}`}
          </li>
        ))}
        {band && (
          <li>
            <svg viewBox="0 0 28 10" aria-hidden="true">
              <rect className="chart-band" width="28" height="10" />
            </svg>
            {t('usualRange')}
          </li>
        )}
      </ul>
    </figure>
  );
}

type Size = { left: number; right: number; top: number; bottom: number };

function Band({ band, frame, size }: { band: ReferenceBand; frame: ChartFrame; size: Size }): ReactElement {
  const top = band.high === undefined ? size.top : frame.y(band.high);
  const bottom = band.low === undefined ? size.bottom : frame.y(band.low);
  return (
    <rect
      className="chart-band"
      x={size.left}
      width={size.right - size.left}
      y={top}
      height={Math.max(0, bottom - top)}
    />
  );
}

function ValueAxis({ frame, size }: { frame: ChartFrame; size: Size }): ReactElement {
  const { number } = useLocale(uiMessages);
  return (
    <g>
      {frame.valueTicks.map((tick) => (
        <g key={tick} transform={`translate(0 ${frame.y(tick)})`}>
          <line className="chart-grid" x1={size.left} x2={size.right} />
          <text className="chart-axis-text" x={size.left - 8} dy="0.35em" textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

function TimeAxis({ frame }: { frame: ChartFrame }): ReactElement {
  const { date } = useLocale(uiMessages);
  const last = frame.timeTicks.length - 1;
  return (
    <g>
      {frame.timeTicks.map((tick, index) => (
        <text
          key={tick}
          className="chart-axis-text"
          x={frame.x(tick)}
          y={height - 8}
          textAnchor={
            !frame.yearly && last > 0 && index === last
              ? 'end'
              : !frame.yearly && last > 0 && index === 0
                ? 'start'
                : 'middle'
          }
        >
          {frame.yearly ? new Date(tick).getUTCFullYear() : date(tick)}
        </text>
      ))}
    </g>
  );
}

function Line({
  points,
  frame,
  index,
}: {
  points: readonly TrendPoint[];
  frame: ChartFrame;
  index: number;
}): ReactElement {
  // Straight from value to value: a curve would show values that nobody measured.
  const draw = line<TrendPoint>(
    ({ time }) => frame.x(time),
    ({ value }) => frame.y(value),
  );
  return (
    <g data-series={index}>
      <path className="chart-line" d={draw(points) ?? undefined} />
      {points.map((point) => (
        <circle
          key={`${point.time} ${point.valueText}`}
          className="chart-point"
          data-flagged={point.flagged ? '' : undefined}
          cx={frame.x(point.time)}
          cy={frame.y(point.value)}
          r={points.length > 60 ? 2 : 4}
        >
          <title>{`${point.dateText}: ${point.valueText}`}</title>
        </circle>
      ))}
    </g>
  );
}
