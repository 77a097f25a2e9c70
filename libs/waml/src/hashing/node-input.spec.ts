import { describe, expect, test } from '@jest/globals';
import { NodeTable } from '../graph/node-table.js';
import { nodeHash } from './node-hasher.js';
import { nodeInputs } from './node-input.js';

const options = { seed: 1, kind: 'dense', dimensions: 8 } as const;

describe('nodeInputs', () => {
  test('a row is HASH(id) + HASH(type); a number without a node has a zero row', () => {
    const nodes = new NodeTable();
    nodes.add('product', 'a');
    nodes.remove(nodes.add('product', 'gone'));
    const rows = nodeInputs(nodes, options);
    const id = nodeHash(options, 'product:a');
    const type = nodeHash(options, 'product');
    expect([...rows]).toEqual([...id.map((x, i) => x + type[i]!), ...new Float32Array(8)]);
  });

  test('a product and a seller with the same id differ, also without type hashes', () => {
    const nodes = new NodeTable();
    nodes.add('product', '1');
    nodes.add('seller', '1');
    const rows = nodeInputs(nodes, { ...options, dimensions: 64, typeHash: false });
    expect(rows.slice(0, 64)).not.toEqual(rows.slice(64));
  });
});
