import { type CardSection, FILES } from '@thaw/bundle';
import type { NetworkSettings, TriedNetwork, Trial } from '@thaw/waml';
import type { NetworkStageResult } from './network-stage.js';

const described = ({ learningRate, beta, blocks, dimensions }: NetworkSettings) => ({
  learningRate,
  beta,
  blocks,
  dimensions,
});

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const triedFacts = ({ settings, validation, recall, steps, end }: TriedNetwork) => ({
  ...described(settings),
  steps,
  validation: finite(validation),
  recall: finite(recall),
  end,
});

/** What the manifest says of the stage `train`: plain JSON. */
export function networkFacts({ isKept, reason, backend, trained }: NetworkStageResult): object {
  return {
    kept: isKept,
    reason,
    backend: backend?.name ?? null,
    ...(trained && {
      ...described(trained.network.settings),
      steps: trained.steps,
      end: trained.reason,
      tried: trained.tried.map(triedFacts),
    }),
  };
}

/** The model card's part on the network, with the figures of both models and the curves. */
export function networkSection(result: NetworkStageResult, { recallAt100 }: Trial): CardSection {
  const { isKept, reason, backend, trained, trial } = result;
  const title = 'Trained network';
  const verdict = isKept ? '**Kept**' : '**Not in this version**';
  if (trained === undefined) return { title, markdown: `${verdict}: ${reason}.` };
  const share = (value: number): string => value.toFixed(4);
  const rows = [
    ['channels alone', share(recallAt100)],
    ['channels + network', trial === undefined ? 'not measured' : share(trial.recallAt100)],
    ...(trial === undefined
      ? []
      : [
          ['gain', share(trial.gain.difference)],
          ['its 95 % interval', `${share(trial.gain.low)} to ${share(trial.gain.high)}`],
          ['λ, the weight of the network’s cosine', (trial.learned.weights.network ?? 0).toPrecision(3)],
        ]),
    ['backend', backend === undefined ? 'none' : `${backend.name} (${backend.device})`],
    ['steps', `${trained.steps}; ${trained.reason}`],
  ];
  const tried = trained.tried.map(({ settings, steps, validation, recall, end }) => [
    String(settings.learningRate),
    String(settings.beta),
    String(settings.blocks),
    String(steps),
    Number.isFinite(validation) ? validation.toFixed(4) : 'none',
    recall === undefined ? '' : share(recall),
    end,
  ]);
  const markdown = [
    `${verdict}: ${reason}.`,
    table(['Recall@100 on the held-back listings', ''], rows),
    'Tried on the replay, by the log-likelihood of its first listings:',
    table(['learning rate', 'β', 'blocks', 'steps', 'log-likelihood', 'Recall@100', 'ended'], tried),
    `![loss and validation over the steps](${FILES.curvesImage})`,
  ].join('\n\n');
  return { title, markdown };
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
