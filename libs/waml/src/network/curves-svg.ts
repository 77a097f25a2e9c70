import type { TrainingPoint } from './training-run.js';

const WIDTH = 640;
const PANEL = 160;
const MARGIN = { left: 64, right: 16, top: 28, bottom: 28 };
/** A curve of more points looks the same. */
const MAX_POINTS = 400;

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

/**
 * Loss and validation over the steps of a training as an SVG document of two panels, for the model card. The best
 * validation is marked. Values that are not finite are left out.
 */
export function curvesSvg(curve: readonly TrainingPoint[]): string {
  const values = (of: (point: TrainingPoint) => number | undefined): Curve['points'] =>
    curve.flatMap((point) => {
      const value = of(point);
      return value !== undefined && Number.isFinite(value) ? [[point.step, value] as const] : [];
    });
  const lastStep = Math.max(1, ...curve.map(({ step }) => step));
  const loss = { name: 'loss', colour: '#a33', points: values((point) => point.loss) };
  const validation = { name: 'validation', colour: '#27c', points: values((point) => point.validation) };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${2 * PANEL}" font-family="sans-serif" font-size="11">`,
    panel(loss, 0, lastStep, Math.min),
    panel(validation, PANEL, lastStep, Math.max),
    '</svg>\n',
  ].join('\n');
}

function panel(
  { name, colour, points }: Curve,
  top: number,
  lastStep: number,
  best: (...values: number[]) => number,
): string {
  const values = points.map(([, value]) => value);
  if (values.length === 0) return text(MARGIN.left, top + MARGIN.top, `${name}: none`);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (step: number): number => MARGIN.left + (step / lastStep) * (WIDTH - MARGIN.left - MARGIN.right);
  const bottom = top + PANEL - MARGIN.bottom;
  const y = (value: number): number =>
    bottom - (high === low ? 0.5 : (value - low) / (high - low)) * (PANEL - MARGIN.top - MARGIN.bottom);
  const line = thin(points)
    .map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`)
    .join(' ');
  const [step, value] = points.find(([, one]) => one === best(...values))!;
  return [
    text(MARGIN.left, top + 16, `${name}: best ${value.toPrecision(4)} at step ${step}`),
    text(4, y(high) + 4, high.toPrecision(3)),
    text(4, bottom + 4, low.toPrecision(3)),
    text(MARGIN.left, bottom + 18, '0'),
    text(x(lastStep), bottom + 18, `step ${lastStep}`, 'end'),
    `<polyline fill="none" stroke="${colour}" points="${line}"/>`,
    `<circle cx="${x(step).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${colour}"/>`,
  ].join('\n');
}

const text = (x: number, y: number, words: string, anchor = 'start'): string =>
  `<text x="${x}" y="${y.toFixed(1)}" text-anchor="${anchor}">${words}</text>`;

/** Every n-th point, and the last. */
function thin<T>(points: readonly T[]): readonly T[] {
  const every = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
