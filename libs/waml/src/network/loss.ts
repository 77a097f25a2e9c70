import type { Tensor } from '@tensorflow/tfjs-core';
import { collisionLists, collisionMask, tripletWeights, type BatchEdges } from './collisions.js';
import { SeededStream } from './random.js';
import type { ContrastiveLoss, NetworkSettings, TripletLoss } from './settings.js';
import type { FusedOps, Ops } from './tensor-api.js';

export interface Loss {
  /** Mean over the batch's edges, a scalar. */
  readonly value: Tensor;
  /** By the output rows, `[2N, d]`. */
  readonly gradient: Tensor;
}

/**
 * The loss of N edges and its gradient. Tensors are those of the surrounding `tf.tidy`.
 * @param output `[2N, d]`: the rows of the edges' products, then of their sellers
 * @param step of the training, which chooses the triplets
 */
export function batchLoss(ops: Ops, settings: NetworkSettings, output: Tensor, edges: BatchEdges, step: number): Loss {
  const [value, gradient] = ops.tidy(() =>
    settings.loss.kind === 'contrastive'
      ? contrastive(ops, settings.loss, output, edges)
      : triplet(ops, settings.loss, output, edges, new SeededStream(settings.seed, step, -1)),
  );
  return { value, gradient };
}

/**
 * METHOD, "Training": −log of the softmax of `e_s · e_p / τ` over the batch's nodes but s, collisions left out.
 */
function contrastive(ops: Ops, { temperature }: ContrastiveLoss, output: Tensor, edges: BatchEdges): [Tensor, Tensor] {
  const { tf, fused, matMul, matMulTransposedA, matMulTransposedB } = ops;
  if (fused !== undefined) return fusedContrastive(ops, fused, temperature, output, edges);
  const count = edges.sellers.length;
  const [products, sellers] = tf.split(output, 2, 0) as [Tensor, Tensor];
  const heated = tf.div(sellers, temperature);
  const mask = tf.tensor2d(collisionMask(edges), [count, 2 * count]);
  const logits = tf.add(matMulTransposedB(heated, output), mask);
  const chances = tf.softmax(logits);
  // The largest chance is at least 1/2N: its logarithm is exact where that of the true product's may have underflowed.
  const logSum = tf.sub(tf.max(logits, 1), tf.log(tf.max(chances, 1)));
  const value = tf.mean(tf.sub(logSum, tf.sum(tf.mul(heated, products), 1)));
  const scale = 1 / (count * temperature);
  const bySellers = tf.mul(tf.sub(matMul(chances, output), products), scale);
  const pulled = tf.concat([sellers, tf.zerosLike(sellers)]);
  const byOutput = tf.mul(tf.sub(matMulTransposedA(chances, sellers), pulled), scale);
  return [value, tf.add(byOutput, tf.concat([tf.zerosLike(bySellers), bySellers]))];
}

function fusedContrastive(
  { tf, matMul, matMulTransposedA, matMulTransposedB }: Ops,
  fused: FusedOps,
  temperature: number,
  output: Tensor,
  edges: BatchEdges,
): [Tensor, Tensor] {
  const sellers = tf.slice(output, [edges.sellers.length, 0]);
  const { starts, columns } = collisionLists(edges);
  const dots = matMulTransposedB(sellers, output);
  const [losses, slopes] = fused.contrastive(dots, tf.tensor1d(starts), tf.tensor1d(columns), temperature);
  const byOutput = fused.addBelow(matMulTransposedA(slopes, sellers), matMul(slopes, output));
  return [tf.mean(losses), byOutput];
}

/** `max(0, margin − s·p + s·n)`, n the product of the edge a random number of places on. */
function triplet(
  { tf }: Ops,
  { margin }: TripletLoss,
  output: Tensor,
  edges: BatchEdges,
  stream: SeededStream,
): [Tensor, Tensor] {
  const count = edges.sellers.length;
  const shift = count < 2 ? 0 : 1 + stream.below(count - 1);
  const [products, sellers] = tf.split(output, 2, 0) as [Tensor, Tensor];
  const roll = (rows: Tensor, by: number): Tensor =>
    by === 0 ? rows : tf.concat([tf.slice(rows, [by, 0]), tf.slice(rows, [0, 0], [by, -1])]);
  const apart = tf.sub(roll(products, shift), products);
  const violation = tf.add(tf.sum(tf.mul(sellers, apart), 1, true), margin);
  const weights = tf.tensor2d(tripletWeights(edges, shift), [count, 1]);
  const value = tf.div(tf.sum(tf.mul(tf.relu(violation), weights)), count);
  const active = tf.div(tf.mul(tf.cast(tf.greater(violation, 0), 'float32'), weights), count);
  const pull = tf.mul(sellers, active);
  const byProducts = tf.sub(roll(pull, (count - shift) % count), pull);
  return [value, tf.concat([byProducts, tf.mul(apart, active)])];
}
