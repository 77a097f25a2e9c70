import { planPropagation, type PropagationPlan } from '../propagation/plan.js';
import type { PropagationPool } from '../propagation/pool.js';
import type { PropagationGraph } from '../propagation/propagation-graph.js';
import type { Propagate } from './channel-vectors.js';

/** Propagation by a pool; a graph that is propagated over again is laid out once, for as long as it is used. */
export function poolPropagation(pool: PropagationPool): Propagate {
  const plans = new WeakMap<PropagationGraph, PropagationPlan>();
  return (graph, input, options) => {
    const plan = plans.get(graph) ?? planPropagation(graph);
    plans.set(graph, plan);
    return pool.propagate(plan, input, options);
  };
}
