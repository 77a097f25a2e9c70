import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { colour, useColours } from '../theme.js';

export interface ChartSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly look: 'area' | 'line' | 'points' | 'dashed';
  readonly format: (value: number) => string;
}

export interface ChartProps {
  /** What the chart shows, in words: it stands for the picture. */
  readonly label: string;
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Text of a place on the x axis. */
  readonly xText: (value: number) => string;
  /** Whether x is a rank: ticks at whole numbers only. */
  readonly isRank?: boolean;
  /** Lower and upper end of the y axis; undefined ends fit the values. */
  readonly yRange?: readonly [number | undefined, number | undefined];
  readonly height?: number;
}

/** A line chart. The canvas is for the eye; the label says the same, and the figures below it are text. */
export function Chart(props: ChartProps) {
  const { label, x, series, height = 180 } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const colours = useColours();
  const shape = series.map(({ name, look }) => `${name}/${look}`).join();

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const drawn = new uPlot(options(latest, element.clientWidth, height), dataOf(latest.current), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [colours, shape, height]);

  useEffect(() => plot.current?.setData(dataOf({ x, series })), [x, series]);

  return (
    <figure class="chart">
      <div class="chart-legend" aria-hidden="true">
        {series.map(({ name, colour: property, look }) => (
          <span key={name}>
            <i class={`swatch swatch-${look}`} style={{ color: `var(${property})` }} />
            {name}
          </span>
        ))}
      </div>
      <div class="chart-canvas" ref={place} role="img" aria-label={label} />
    </figure>
  );
}

const dataOf = ({ x, series }: Pick<ChartProps, 'x' | 'series'>): uPlot.AlignedData =>
  [[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;

function options(latest: { readonly current: ChartProps }, width: number, height: number): uPlot.Options {
  const { series, isRank = false, yRange } = latest.current;
  const [text, line] = [colour('--muted'), colour('--line')];
  const font = '12px system-ui, sans-serif';
  const axis = { gap: 6, stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const yText = (value: number) => latest.current.series[0]!.format(value);
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, min, max) => (isRank ? [min - 0.5, max + 0.5] : [min, max]) },
      y: { range: (_, min, max) => range(min, max, yRange) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 84,
        ...(isRank && { incrs: [1, 2, 5, 10, 20, 50] }),
        values: (_, places) => places.map((place) => latest.current.xText(place)),
      },
      { ...axis, size: 52, space: 26, values: (_, places) => places.map(yText) },
    ],
    series: [{}, ...series.map(look)],
  };
}

function range(min: number | null, max: number | null, given: ChartProps['yRange']): [number, number] {
  const [low = min ?? 0, high = max ?? 1] = given ?? [];
  if (high > low) return given?.[1] === undefined ? [low, high + (high - low) * 0.08] : [low, high];
  return [low, low + 1];
}

function look(series: ChartSeries): uPlot.Series {
  const stroke = colour(series.colour);
  const points = { show: true, size: 8, stroke, fill: series.colour === '--accent' ? stroke : colour('--surface') };
  switch (series.look) {
    case 'area':
      return { stroke, width: 2, fill: colour('--accent-soft'), points: { show: false } };
    case 'line':
      return { stroke, width: 2, points, spanGaps: true };
    case 'dashed':
      return { stroke, width: 2, dash: [5, 4], points: { show: false } };
    case 'points':
      return { stroke, width: 0, points: { ...points, width: 2 }, paths: () => null };
  }
}
