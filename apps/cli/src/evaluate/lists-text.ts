import type { CurvePoint, GowallaResult, ListTrainingResult } from '@thaw/evaluate';

/** What was measured on users and their items, for people. */
export const usersAndItemsText = (result: GowallaResult): string =>
  [
    `Recall@20 ${result.recall_at_20.toFixed(4)}, the mean of ${result.users} of ${result.users_with_test} users`,
    `embedded in ${result.embed_cpu_seconds.toFixed(1)} CPU seconds, nothing trained`,
    `α ${result.settings.alpha}, ${result.settings.layers} layers, degree^${result.settings.degree_power}, ` +
      `chosen on a part of train (Recall@20 ${result.validation_recall_at_20.toFixed(4)} there)`,
  ].join('\n');

/** One point of a training's curve. */
export const curveLine = ({ step, cpu_seconds, loss, recall_at_20 }: CurvePoint): string =>
  `${cpu_seconds.toFixed(0).padStart(5)} CPU s  step ${step}  loss ${loss.toFixed(4)}  Recall@20 ${recall_at_20.toFixed(4)}`;

/** A training on users and their items, for people. */
export const listTrainingText = (result: ListTrainingResult): string =>
  [
    `LightGCN: Recall@20 ${result.recall_at_20.toFixed(4)}, the mean of ${result.users} of ${result.users_with_test} users`,
    `trained for ${result.steps} steps in ${result.train_cpu_seconds.toFixed(0)} CPU seconds; ended by its ` +
      (result.ended_by === 'steps' ? 'number of steps' : 'CPU time'),
    ...result.curve.map(curveLine),
  ].join('\n');
