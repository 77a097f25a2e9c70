import { expect, test } from '@jest/globals';
import { LADDER } from './rung.js';

test('the ladder is that of METHOD, and ends at the final model', () => {
  expect(LADDER).toHaveLength(13);
  expect(LADDER[0]).toEqual({ name: 'base', nodes: 'trained', content: false, normalise: false, alpha: 'half' });
  expect(LADDER.at(-1)).toMatchObject({
    nodes: 'id+type',
    content: true,
    normalise: true,
    alpha: 'tuned',
    tunesBeta: true,
    network: { blocks: 3, block: 'bert', normalizeBlocks: true, normalizeOutput: true, loss: { kind: 'contrastive' } },
  });
});

test('every row changes one thing of the row above it', () => {
  const flat = LADDER.map(({ network, ...rest }) =>
    Object.entries({ ...rest, ...network }).filter(([key]) => key !== 'name'),
  );
  for (let i = 1; i < flat.length; i++) {
    const before = new Map(flat[i - 1]!.map(([key, value]) => [key, JSON.stringify(value)]));
    const changed = flat[i]!.filter(([key, value]) => before.get(key) !== JSON.stringify(value)).map(([key]) => key);
    // The first trained layers bring all their settings.
    if (LADDER[i]!.name === '+ simple FFN') expect(changed).toContain('blocks');
    else expect(changed).toHaveLength(1);
  }
});
