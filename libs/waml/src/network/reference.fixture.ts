import type { BatchEdges } from './collisions.js';
import type { NetworkSettings } from './settings.js';

type Row = readonly number[];

/**
 * METHOD's formulas in plain loops and double precision, one node at a time: what the tensors are compared with.
 * @param parameters in the order of `parameterShapes`
 * @param rows of the edges' products, then of their sellers
 * @param factors of dropout, by block and row
 */
export function referenceLoss(
  settings: NetworkSettings,
  parameters: readonly Row[],
  rows: readonly Row[],
  edges: BatchEdges,
  { factors, shift }: { factors?: readonly (readonly Row[])[]; shift?: number } = {},
): number {
  const output = rows.map((row, m) => referenceRow(settings, parameters, row, (j) => factors?.[j]?.[m]));
  const count = edges.sellers.length;
  const products = output.slice(0, count);
  const sellers = output.slice(count);
  const lists = (seller: number, product: number): boolean =>
    products.some((_, i) => edges.sellers[i] === seller && edges.products[i] === product);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const seller = sellers[i]!;
    const truth = dot(seller, products[i]!);
    if (settings.loss.kind === 'triplet') {
      const other = (i + shift!) % count;
      if (lists(edges.sellers[i]!, edges.products[other]!)) continue;
      sum += Math.max(0, settings.loss.margin - truth + dot(seller, products[other]!));
      continue;
    }
    const { temperature } = settings.loss;
    let denominator = Math.exp(truth / temperature);
    for (let k = 0; k < count; k++) {
      const heat = (row: Row): number => Math.exp(dot(seller, row) / temperature);
      if (k !== i && !lists(edges.sellers[i]!, edges.products[k]!)) denominator += heat(products[k]!);
      if (edges.sellers[k] !== edges.sellers[i]) denominator += heat(sellers[k]!);
    }
    sum += Math.log(denominator) - truth / temperature;
  }
  return sum / count;
}

/** One row through the blocks. */
export function referenceRow(
  settings: NetworkSettings,
  parameters: readonly Row[],
  row: Row,
  factors: (block: number) => Row | undefined = () => undefined,
): Row {
  const each = settings.block === 'bert' ? 6 : 4;
  let x = row;
  for (let j = 0; j < settings.blocks; j++) {
    const own = parameters.slice(j * each, (j + 1) * each);
    const [w1, b1, w2, b2] = own.slice(-4) as [Row, Row, Row, Row];
    const x1 = settings.block === 'bert' ? layerNorm(x, own[0]!, own[1]!) : x;
    const x2 = affine(x1, w1, b1).map((z) => (z / 2) * (1 + erf(z / Math.SQRT2)));
    const kept = affine(x2, w2, b2).map((value, i) => value * (factors(j)?.[i] ?? 1));
    if (settings.block === 'plain') x = kept;
    else {
      const x3 = settings.normalizeBlocks ? unit(kept) : kept;
      x = x.map((value, i) => value + settings.beta * x3[i]!);
    }
  }
  return settings.normalizeOutput ? unit(x) : x;
}

const dot = (a: Row, b: Row): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const unit = (row: Row): Row => row.map((value) => value / Math.sqrt(dot(row, row)));

function layerNorm(x: Row, gain: Row, shift: Row): Row {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i]! + shift[i]!);
}

function affine(x: Row, weight: Row, bias: Row): Row {
  return bias.map((start, column) =>
    x.reduce((sum, value, i) => sum + value * weight[i * bias.length + column]!, start),
  );
}

/** Its series with positive terms only (Abramowitz and Stegun, 7.1.6), which nothing cancels in. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
