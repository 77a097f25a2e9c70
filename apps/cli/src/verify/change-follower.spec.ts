import { describe, expect, test } from '@jest/globals';
import { graph } from '@thaw/contracts';
import { ChangeFollower } from './change-follower.js';

const seller = (sequence: number, sellerId: string): graph.GraphChange => ({
  sequence,
  reason: graph.ChangeReason.LISTED,
  change: { $case: 'sellerAdded', value: { sellerId } },
});
const batch = (...changes: graph.GraphChange[]): graph.GraphChangeBatch => ({ changes, causedAtMs: 0 });

describe('ChangeFollower', () => {
  test('applies each change once and stops at the sequence that it was given', () => {
    const follower = new ChangeFollower(2);
    follower.take(batch(seller(1, 'a')));
    expect(follower.isDone).toBe(false);
    follower.take(batch(seller(1, 'a'), seller(2, 'b'), seller(3, 'c')));
    expect(follower).toMatchObject({ isDone: true, changes: 2, gaps: [] });
    expect([...follower.replica.sellers]).toEqual(['a', 'b']);
  });

  test('is done at once where the first changes are gone', () => {
    const follower = new ChangeFollower(9);
    follower.take(batch(seller(4, 'a')));
    expect(follower).toMatchObject({ isDone: true, first: 4, changes: 0 });
  });

  test('begins anew after a gap', () => {
    const follower = new ChangeFollower(4);
    follower.take(batch(seller(1, 'a'), seller(3, 'a'), seller(4, 'b')));
    expect(follower.gaps).toEqual([[1, 3]]);
    expect([...follower.replica.sellers]).toEqual(['a', 'b']);
    expect(follower.replica.sequence).toBe(4);
  });

  test('shows a lost change: what follows does not fit', () => {
    const follower = new ChangeFollower(3);
    const lister = { sellerId: 'a', productId: 'p', eventTimeMs: 1 };
    const listed = { sequence: 3, reason: graph.ChangeReason.LISTED, change: { $case: 'listingAdded', value: lister } };
    expect(() => follower.take(batch(seller(1, 'a'), listed as graph.GraphChange))).toThrow(
      /an end is not in the graph/,
    );
  });

  test('has nothing to do for a graph without changes', () => {
    expect(new ChangeFollower(0).isDone).toBe(true);
  });
});
