import { describe, expect, test } from '@jest/globals';
import { graph } from '@thaw/contracts';
import fc from 'fast-check';
import { GraphActivity } from './graph-activity.js';

const { ChangeReason } = graph;

type Case = NonNullable<graph.GraphChange['change']>['$case'];
const CASES: readonly Case[] = [
  'candidateAdmitted',
  'candidateEvicted',
  'edgeAdded',
  'edgeRemoved',
  'listingAdded',
  'listingRemoved',
  'productChanged',
  'productRemoved',
  'sellerAdded',
];

const change = ($case: Case, reason = ChangeReason.LISTED): graph.GraphChange =>
  graph.GraphChange.fromPartial({ reason, change: { $case, value: {} } });
const header = (candidates: number, edges: number, listings: number, sequence = 0) =>
  graph.GraphHeader.fromPartial({ sequence, candidates, edges, listings, sellers: 3 });

describe('what happens to the graph', () => {
  test('is counted by kind', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CASES), { maxLength: 60, size: 'max' }), (cases) => {
        const activity = new GraphActivity();
        activity.begin(header(100, 100, 100));
        activity.mark();
        for (const each of cases) activity.apply(change(each));
        const of = (...kinds: Case[]) => cases.filter((each) => kinds.includes(each)).length;
        expect(activity.now).toEqual({
          candidates: 100 + of('candidateAdmitted') - of('candidateEvicted'),
          edges: 100 + of('edgeAdded') - of('edgeRemoved'),
          listings: 100 + of('listingAdded') - of('listingRemoved'),
          sellers: 3 + of('sellerAdded'),
          churn: of('candidateAdmitted', 'candidateEvicted'),
          changes: of('edgeAdded', 'edgeRemoved', 'listingAdded', 'listingRemoved'),
        });
      }),
    );
  });

  test('a new count of an edge is a change, and no new edge', () => {
    const activity = new GraphActivity();
    activity.apply(change('edgeAdded', ChangeReason.COUNT_MOVED));
    expect(activity.now).toMatchObject({ edges: 0, changes: 1 });
  });

  test('counts for the run that reads it, or for the next where that came to nothing', () => {
    const activity = new GraphActivity();
    activity.begin(header(10, 10, 10, 5));
    const taken = activity.mark();
    expect(activity.now).toMatchObject({ candidates: 10, churn: 0, changes: 0 });
    activity.apply(change('candidateAdmitted'));
    activity.takeBack(taken);
    expect(activity.now).toMatchObject({ candidates: 11, churn: 1, changes: 5 });
  });

  test('after a restart counts from what the newest version knows', () => {
    const activity = new GraphActivity(90);
    activity.begin(header(10, 10, 10, 100));
    expect(activity.now).toMatchObject({ candidates: 10, churn: 0, changes: 10 });
    const newer = new GraphActivity(90);
    newer.begin(header(10, 10, 10, 3));
    expect(newer.now).toMatchObject({ churn: 0, changes: 0 });
  });

  test('read anew, the sizes tell what was missed', () => {
    const activity = new GraphActivity();
    activity.begin(header(10, 10, 10));
    activity.mark();
    activity.begin(header(7, 15, 10));
    expect(activity.now).toMatchObject({ candidates: 7, edges: 15, churn: 3, changes: 5 });
  });
});
