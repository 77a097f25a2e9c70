import type { GraphChanges, GraphConsumer } from '@thaw/graph-reader';
import type { graph } from '@thaw/contracts';
import { GraphCopyBuilder, LiveEmbedder, LiveGraph, type LayerStates, type LiveBatch, textSeed } from '@thaw/waml';
import { encoderOf } from '../run/catalogue-texts.js';

/** The graph as it is now, and the embedder that follows it for one version. */
export class LiveGraphConsumer implements GraphConsumer {
  sequence = 0;
  /** When the newest event behind the last change was produced, Unix epoch milliseconds. */
  causedAtMs = 0;
  private builder = new GraphCopyBuilder();
  private live: LiveGraph | undefined;
  private embedder: LiveEmbedder | undefined;

  /** @param onCopy told that the graph was read anew: what embeds must be set up again */
  constructor(private readonly onCopy: () => void) {}

  begin(): void {
    this.builder = new GraphCopyBuilder();
  }

  part(message: graph.ReadGraphResponse): void {
    this.builder.add(message);
  }

  ready(): void {
    const copy = this.builder.finish();
    this.builder = new GraphCopyBuilder();
    this.live = new LiveGraph(copy);
    this.sequence = copy.sequence;
    this.embedder = undefined; // it followed the graph that is gone
    this.onCopy();
  }

  apply({ changes, causedAtMs }: GraphChanges): void {
    for (const change of changes) {
      if (this.embedder !== undefined) this.embedder.apply(change);
      else this.live?.apply(change);
    }
    this.sequence = changes.at(-1)!.sequence;
    this.causedAtMs = causedAtMs;
  }

  get hasGraph(): boolean {
    return this.live !== undefined;
  }

  get pending(): number {
    return this.embedder?.pending ?? 0;
  }

  /** Embeds for a version from now on: all nodes that differ from what it knew wait at once. */
  use(states: LayerStates): void {
    const { live } = this;
    if (live === undefined) throw new Error('there is no graph to embed yet');
    const { seed, learned } = states;
    const encoder = encoderOf(liveTexts(live), learned.settings.dimensions, textSeed(seed));
    this.embedder = new LiveEmbedder({ states, live, encodeTexts: (texts) => encoder.encodeNow(texts) });
  }

  stop(): void {
    this.embedder = undefined;
  }

  reembed(limit: number): LiveBatch {
    return this.embedder?.reembed(limit) ?? { embedded: [], removed: [] };
  }
}

/** The catalogue as it is now stands for that of the version: words are as rare in the one as in the other. */
function* liveTexts(live: LiveGraph) {
  for (const [, node] of live.graph.nodes.entries('product')) yield live.text(node);
}
