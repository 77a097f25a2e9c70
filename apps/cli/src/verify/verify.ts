import { type graph, prefixedTopic, ThawError } from '@thaw/contracts';
import { type BatchReduction, compareGraphs, type EventSet, reduceBatch } from '@thaw/graph';
import type { GraphClient } from '@thaw/graph-reader';
import type { Kafka } from '@thaw/kafka';
import { ChangeFollower } from './change-follower.js';
import { type Finding, Findings, type Subject } from './findings.js';
import { followChanges } from './follow-changes.js';
import { hasHysteresis, impossibleCandidates } from './hysteresis.js';
import { type LiveGraph, readLiveGraph } from './live-graph.js';
import { samplePairs } from './pair-sample.js';
import { EventReader, type EventTally } from './read-events.js';

export interface VerifyOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly graph: GraphClient;
  /** Pairs whose count is asked for one by one; 0 asks for none. */
  readonly sample: number;
  readonly seed: number;
  /** Told what happens next; the function that it returns is told how many records of `total` are through. */
  readonly onReading: (total: number) => ReadingView;
  readonly onStep: (what: string) => void;
}

export interface ReadingView {
  update(done: number): void;
  close(): void;
}

export interface Verification {
  readonly sequence: number;
  readonly events: EventTally;
  /** How many of each were compared; null where that was left out. */
  readonly compared: Readonly<Record<Subject, number | null>>;
  readonly findings: Findings;
  /** What was left out or looked at differently, and why: a sentence each. */
  readonly notes: readonly string[];
}

/** Calls to the graph service at a time. */
const CALLS = 32;

/** Recounts everything that the live graph has read, and compares. */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { kafka, topicPrefix, onStep } = options;
  const live = await readLiveGraph(options.graph);
  const { header, settings } = live;
  const reader = await EventReader.open({ kafka, topicPrefix, offsets: header.offsets, settings });
  const view = options.onReading(reader.total);
  const { events, tally } = await reader.read((done) => view.update(done)).finally(() => view.close());

  const comparison = new Comparison();
  onStep('Recounting from the first event …');
  const expected = comparison.graphs(live, events);
  onStep('Asking for counts of single pairs …');
  const pairs = await comparison.sampledPairs(options, header, expected);
  onStep('Following the changes from the first one …');
  const changes = await comparison.changes(options, header, expected);
  const listings = [...expected.trainingSet].reduce((sum, id) => sum + (expected.listings.get(id)?.size ?? 0), 0);
  return {
    sequence: header.sequence,
    events: tally,
    compared: {
      sellers: expected.sellers.size,
      products: expected.trainingSet.size,
      candidates: expected.products.size,
      edges: expected.edges.size,
      listings,
      pairs,
      changes,
    },
    findings: comparison.findings,
    notes: comparison.notes,
  };
}

/** The comparisons one by one, with what they find. */
class Comparison {
  readonly findings = new Findings();
  readonly notes: string[] = [];

  /** The live graph with the batch reduction of its events, which is returned. */
  graphs({ replica, settings }: LiveGraph, events: EventSet): BatchReduction {
    const live = new Set([...replica.products].filter(([, { candidate }]) => candidate).map(([id]) => id));
    const isHistoric = hasHysteresis(settings);
    const expected = reduceBatch(events, settings, isHistoric ? live : undefined);
    if (isHistoric) {
      this.notes.push(
        'With hysteresis the candidates depend on the order of the events: each was checked against what any order ' +
          'allows, and the rest compared given these candidates.',
      );
      for (const difference of impossibleCandidates(live, expected, settings)) this.findings.addDifference(difference);
    }
    for (const difference of compareGraphs(replica, expected, 'exact')) this.findings.addDifference(difference);
    return expected;
  }

  /** Counts below the threshold, which are not in the reduced graph. @returns how many were compared */
  async sampledPairs(
    { graph: client, sample, seed }: VerifyOptions,
    header: graph.GraphHeader,
    expected: BatchReduction,
  ): Promise<number | null> {
    if (sample === 0) return null;
    const pairs = samplePairs(expected, sample, seed);
    const found: Finding[] = [];
    for (let from = 0; from < pairs.length; from += CALLS) {
      const asked = pairs.slice(from, from + CALLS).map(async ([a, b]) => {
        const [live, wanted] = [await client.count(a, b), expected.counts.get(a, b)];
        if (live !== wanted) found.push({ subject: 'pairs', what: 'count', ids: [a, b], live, expected: wanted });
      });
      await Promise.all(asked);
    }
    if (!sameOffsets(header, await client.header())) {
      this.notes.push('Counts of single pairs were left out: the live graph has read on since. Pause the producers.');
      return null;
    }
    for (const finding of found) this.findings.add(finding);
    return pairs.length;
  }

  /** A copy made of the changes alone. @returns how many were applied */
  async changes(
    { kafka, topicPrefix }: VerifyOptions,
    { sequence, restoredSequence }: graph.GraphHeader,
    expected: BatchReduction,
  ): Promise<number | null> {
    if (restoredSequence > 0) {
      this.notes.push(
        `Changes were left out: the graph was restored from a backup, and went on with change ${restoredSequence}. ` +
          'Those before and after do not make one graph.',
      );
      return null;
    }
    const topic = prefixedTopic(topicPrefix, 'graph-changes');
    const follower = new ChangeFollower(sequence);
    const misfit = await followChanges(kafka, topic, follower).then(() => undefined, divergence);
    if ((follower.first ?? 1) > 1) {
      this.notes.push(
        `Changes were left out: ${topic} begins with change ${follower.first}, its retention took the first.`,
      );
      return null;
    }
    for (const [before, after] of follower.gaps) {
      this.notes.push(
        `After change ${before} comes ${after}: the state was lost there and rebuilt, or changes are lost.`,
      );
    }
    if (misfit !== undefined) {
      this.notes.push(`Changes: ${misfit.message}`);
      this.change('fits', follower, false, true);
      return follower.changes;
    }
    if (follower.replica.sequence < sequence) {
      this.change('last on the topic', follower, follower.replica.sequence, sequence);
      return follower.changes;
    }
    for (const difference of compareGraphs(follower.replica, expected, 'half-octave')) {
      this.findings.addDifference(difference, 'changes');
    }
    return follower.changes;
  }

  private change(
    what: string,
    { replica }: ChangeFollower,
    live: Finding['live'],
    expected: Finding['expected'],
  ): void {
    this.findings.add({ subject: 'changes', what, ids: [String(replica.sequence + 1)], live, expected });
  }
}

/** That a change does not fit what came before it is a finding; anything else is thrown on. */
function divergence(error: unknown): ThawError {
  if (error instanceof ThawError && error.code === 'GRAPH_DIVERGED') return error;
  throw error;
}

function sameOffsets({ offsets: before }: graph.GraphHeader, { offsets: after }: graph.GraphHeader): boolean {
  const sorted = (offsets: readonly graph.InputOffset[]): string =>
    offsets
      .map(({ topic, partition, nextOffset }) => `${topic}/${partition} ${nextOffset}`)
      .sort()
      .join();
  return sorted(before) === sorted(after);
}
