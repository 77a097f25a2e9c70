import type { FunnelFacts } from '../api.js';
import { count, shortCount } from './format.js';

export interface FunnelStep {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  /** What the step does. */
  readonly hint: string;
  /** Share of the room, 0 to 1, on a logarithmic scale: the steps differ by orders of magnitude. */
  readonly size: number;
}

/** The reduction step by step, from what customers do to what may be recommended. */
export function funnelSteps(funnel: FunnelFacts): readonly FunnelStep[] {
  const steps = [
    ['Customers', funnel.customers, 'whose histories are counted'],
    ['Interactions', funnel.interactions, 'distinct products in their histories'],
    ['Pairs', funnel.pairs, 'of products that customers share'],
    ['Edges', funnel.edgesAtThreshold, 'pairs shared by enough customers'],
    ['Kept', funnel.edgesKept, 'edges with a candidate at an end'],
    ['Training set', funnel.trainingProducts, 'candidates and their neighbours'],
    ['Candidates', funnel.candidates, 'in demand, and listed by few'],
  ] as const;
  const most = Math.max(1, ...steps.map(([, value]) => size(value)));
  return steps.map(([label, value, hint]) => ({
    label,
    value,
    shown: shortCount(value),
    hint,
    size: size(value) / most,
  }));
}

const size = (value: number): number => Math.log10(1 + value);

/** The funnel in one sentence, for those who do not see it. */
export function funnelInWords(funnel: FunnelFacts): string {
  return funnelSteps(funnel)
    .map(({ label, value }) => `${label.toLowerCase()} ${count(value)}`)
    .join(', ');
}
