import type { FunnelFacts } from '../api.js';
import { count, percent } from '../view/format.js';
import { funnelInWords, type FunnelStep, funnelSteps } from '../view/funnel.js';

/** The reduction drawn as a funnel: each step as high as the logarithm of its count. */
export function Funnel({ funnel }: { readonly funnel: FunnelFacts }) {
  const steps = funnelSteps(funnel);
  return (
    <ol class="funnel" aria-label={`The reduction: ${funnelInWords(funnel)}`}>
      {steps.map((step, i) => (
        <li key={step.label}>
          <Segment step={step} next={steps[i + 1] ?? step} />
          <span class="funnel-bar" style={{ width: `${(step.size * 100).toFixed(1)}%` }} aria-hidden="true" />
          <div class="funnel-text">
            <span class="funnel-label">{step.label}</span>
            <span class="figure" title={count(step.value)}>
              {step.shown}
            </span>
            <span class="funnel-hint">
              {step.hint}
              {ofThoseBefore(steps[i - 1], step)}
            </span>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** From the height of a step to that of the next, which begins where it ends. */
function Segment({ step, next }: { readonly step: FunnelStep; readonly next: FunnelStep }) {
  const [a, b] = [Math.max(3, step.size * 50), Math.max(3, next.size * 50)];
  return (
    <svg class="funnel-segment" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path
        d={`M0,${50 - a} H40 C70,${50 - a} 70,${50 - b} 100,${50 - b} V${50 + b} C70,${50 + b} 70,${50 + a} 40,${50 + a} H0 Z`}
      />
    </svg>
  );
}

/** Steps of one kind follow one another here only. */
const REDUCED: ReadonlySet<string> = new Set(['Edges', 'Kept', 'Candidates']);

function ofThoseBefore(before: FunnelStep | undefined, step: FunnelStep): string {
  if (before === undefined || before.value === 0 || !REDUCED.has(step.label)) return '';
  return ` · ${percent(step.value / before.value)}`;
}
