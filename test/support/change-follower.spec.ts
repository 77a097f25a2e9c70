import { expect, test } from '@jest/globals';
import { graph } from '@thaw/contracts';
import { ChangeFollower } from './change-follower.js';

const added = (sequence: number, sellerId = `s${sequence}`): graph.GraphChange =>
  graph.GraphChange.fromPartial({ sequence, change: { $case: 'sellerAdded', value: { sellerId } } });

test('repetitions, gaps and altered changes are told apart', () => {
  const follower = new ChangeFollower();
  for (const sequence of [1, 2, 2, 1, 3]) follower.take(added(sequence));
  expect(follower.counts).toEqual({ changes: 3, repeated: 2, gaps: 0, altered: 0 });
  follower.take(added(2, 'another'));
  expect(follower.counts).toMatchObject({ altered: 1 });
  follower.take(added(6));
  expect(follower.counts).toMatchObject({ changes: 6, gaps: 2 });
});

test('the replica goes no further than it is asked to', () => {
  const follower = new ChangeFollower();
  for (const sequence of [1, 2, 2, 3]) follower.take(added(sequence));
  expect([...follower.at(2).sellers]).toEqual(['s1', 's2']);
  expect([...follower.at(3).sellers]).toEqual(['s1', 's2', 's3']);
});

test('a gap makes the replica refuse', () => {
  const follower = new ChangeFollower();
  for (const sequence of [1, 3]) follower.take(added(sequence));
  expect(() => follower.at(3)).toThrow(expect.objectContaining({ code: 'GRAPH_DIVERGED' }));
});
