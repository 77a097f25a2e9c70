import { describe, expect, test } from '@jest/globals';
import { worldsExercise } from '../testing.fixture.js';
import { evaluate, type Progress } from './evaluate.js';
import { rankTargets } from './ranking.js';
import type { Recommender, Scores } from './recommender.js';
import type { Task } from './task.js';
import { replayOf, type Training } from './training.js';

const exercise = worldsExercise();
const task: Task = { dataset: 'worlds', exercise, split: { source: 'time', timeMs: 100_000 } };

const scoring = (name: string, scores: (training: Training) => Scores['scoresOf']): Recommender => ({
  name,
  fit: (training) => Promise.resolve({ settings: { name }, scoresOf: scores(training) }),
});

/** Knows the answers, as no model may. */
const oracle = scoring('oracle', ({ candidates }) => {
  const answers = new Set(exercise.targets.map(({ seller, product }) => `${seller} ${product}`));
  return (seller) => Float64Array.from(candidates, (product) => (answers.has(`${seller} ${product}`) ? 1 : 0));
});

describe('an exercise', () => {
  test('asks only for new listings onto candidates, by sellers that had listed', () => {
    const { training, targets } = exercise;
    expect(targets.length).toBeGreaterThan(10);
    for (const { seller, product } of targets) {
      const from = training.snapshot.listed.offsets[seller]!;
      const to = training.snapshot.listed.offsets[seller + 1]!;
      expect(to).toBeGreaterThan(from);
      expect([...training.snapshot.listed.indices.subarray(from, to)]).not.toContain(product);
      expect([...training.candidates]).toContain(product);
    }
  });

  test('is not known to the replay inside its own training state', () => {
    const replay = replayOf(exercise.training);
    expect(replay.training.snapshot.timeMs).toBeLessThan(exercise.training.snapshot.timeMs);
    const known = new Set(exercise.targets.map(({ seller, product }) => `${seller} ${product}`));
    expect(replay.targets.length).toBeGreaterThan(0);
    for (const { seller, product } of replay.targets) expect(known.has(`${seller} ${product}`)).toBe(false);
  });
});

describe('rankTargets', () => {
  test('leaves out what the seller lists already', async () => {
    const { candidates, snapshot } = exercise.training;
    const { seller } = exercise.targets[0]!;
    const listed = new Set(
      snapshot.listed.indices.subarray(snapshot.listed.offsets[seller], snapshot.listed.offsets[seller + 1]),
    );
    // Everything that the seller lists would come first, and then the candidates in their order.
    const scores = Float64Array.from(candidates, (product, i) => (listed.has(product) ? 1000 : -i));
    const ranked = rankTargets(exercise, { settings: {}, scoresOf: () => scores });
    const open = [...candidates].filter((product) => !listed.has(product));
    exercise.targets.forEach((target, i) => {
      if (target.seller === seller) expect(ranked[i]!.rank).toBe(open.indexOf(target.product));
    });
    await Promise.resolve();
  });
});

describe('evaluate', () => {
  test('gives every model its figures, and the strata add up', async () => {
    const progress: Progress[] = [];
    const result = await evaluate(task, [oracle], { seeds: 2, onProgress: (step) => progress.push(step) });
    const [model] = result.models;
    expect(model).toMatchObject({ name: 'oracle', recall_at_20: 1, recall_at_100: 1, recall_at_100_ci95: [1, 1] });
    const counts = Object.values(result.test_listings_by_listings);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(result.test_listings);
    expect(progress.map(({ done, total, what }) => [done, total, what])).toEqual([
      [0, 2, 'fitting'],
      [0, 2, 'ranking'],
      [1, 2, 'fitting'],
      [1, 2, 'ranking'],
    ]);
  });

  test('says null, not 0, where no target is in a stratum', async () => {
    const { training } = exercise;
    const cold = exercise.targets.filter(({ product }) => training.snapshot.listingCounts[product] === 0);
    const only: Task = {
      ...task,
      exercise: { training, targets: exercise.targets.filter((one) => !cold.includes(one)) },
    };
    const result = await evaluate(only, [oracle], { seeds: 1 });
    expect(result.models[0]!.by_listings['0']).toBeNull();
  });

  test('stops between two fits when told to', async () => {
    const options = { seeds: 1, signal: AbortSignal.abort() };
    await expect(evaluate(task, [oracle], options)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
