import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../arguments.js';
import { RunContext } from '../context.js';
import { growShop } from '../simulated-shop.js';
import { curvePoints, network } from './network.js';

/** A context of the benchmark, and what it tells. */
function contextOf(...args: string[]) {
  const told: string[] = [];
  const { values } = parseOptions(args, network);
  const context = new RunContext(values, (line) => void told.push(line), new AbortController().signal);
  return { context, told };
}

describe('bench -- network', () => {
  test('grows a marketplace, fits both models on it, and compares them on the same test listings', async () => {
    const small = ['--scale', '0.02', '--dimensions', '64', '--seconds', '1', '--folds', '1', '--backend', 'wasm'];
    const { context, told } = contextOf(...small);
    const results = await network.run(context);
    const valueOf = (metric: string, model?: string): number =>
      results.find((result) => result.metric === metric && (model === undefined || result['model'] === model))!.value;
    expect(valueOf('listings')).toBeGreaterThanOrEqual(10_000);
    expect(valueOf('products')).toBe(900);
    expect(valueOf('sellers')).toBe(100);
    expect(valueOf('listings_before_split')).toBeLessThan(valueOf('listings'));
    expect(valueOf('test_listings')).toBeGreaterThan(100);
    const [alone, both] = [valueOf('recall_at_100', 'waml'), valueOf('recall_at_100', 'waml-network')];
    expect(valueOf('gain')).toBeCloseTo(both - alone, 10);
    const { low, high } = results.find(({ metric }) => metric === 'gain')! as unknown as { low: number; high: number };
    expect(low).toBeLessThanOrEqual(valueOf('gain'));
    expect(high).toBeGreaterThanOrEqual(valueOf('gain'));
    expect(valueOf('training_steps')).toBeGreaterThan(0);
    expect(results.find(({ metric }) => metric === 'training_steps')).toMatchObject({ backend: 'wasm' });
    expect(results.filter(({ metric }) => metric === 'log_likelihood')[0]).toMatchObject({ step: 0 });
    expect(told).toContainEqual(expect.stringMatching(/^waml-network: the gate of a run would have said: Recall@100/));
  }, 120_000);

  test('refuses a backend that there is none of, before anything grows', async () => {
    const { context, told } = contextOf('--backend', 'abacus');
    await expect(network.run(context)).rejects.toThrow('--backend is abacus: give tfjs-node-gpu');
    expect(told).toEqual([]);
  });

  test('a marketplace that has no room for the listings says so instead of growing for ever', async () => {
    const size = { listings: 5_000, products: 100, sellers: 30, customers: 100, niches: 4 };
    await expect(growShop(size, 1, contextOf().context)).rejects.toThrow(/stays at \d+ listings: .*more --products/);
  });

  test('a long curve is told in a few points, the first and the last among them', () => {
    const curve = Array.from({ length: 100 }, (_, i) => ({ step: 50 * i, epoch: 0, validation: -i }));
    expect(curvePoints(curve, 4).map(({ step }) => step)).toEqual([0, 1650, 3300, 4950]);
    expect(curvePoints(curve.slice(0, 3), 4)).toEqual(curve.slice(0, 3));
  });
});
