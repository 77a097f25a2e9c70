import type { GraphChanges, GraphConsumer } from '@thaw/graph-reader';
import type { graph } from '@thaw/contracts';
import type { HashedTfIdfEncoder } from '@thaw/text';
import { GraphCopyBuilder, LiveEmbedder, LiveGraph, type LayerStates, type LiveBatch, textSeed } from '@thaw/waml';
import { encoderOf } from '../run/catalogue-texts.js';

/** The graph as it is now, and the embedder that follows it for one version. */
export class LiveGraphConsumer implements GraphConsumer {
  sequence = 0;
  /** When the newest event behind the last change was produced, Unix epoch milliseconds. */
  causedAtMs = 0;
  private builder = new GraphCopyBuilder();
  private embedder: LiveEmbedder | undefined;
  private encoder: HashedTfIdfEncoder | undefined;

  constructor(private readonly states: LayerStates) {}

  begin(): void {
    this.builder = new GraphCopyBuilder();
  }

  part(message: graph.ReadGraphResponse): void {
    this.builder.add(message);
  }

  /** All nodes that differ from what the version knew of them wait from now on. */
  ready(): void {
    const copy = this.builder.finish();
    this.builder = new GraphCopyBuilder();
    const { states } = this;
    const { dimensions } = states.learned.settings;
    // The catalogue as it is now stands for that of the version: words are as rare in the one as in the other.
    const encoder = (this.encoder ??= encoderOf(copy.texts, dimensions, textSeed(states.seed)));
    const encodeTexts = (texts: typeof copy.texts): Float32Array => encoder.encodeNow(texts);
    this.embedder = new LiveEmbedder({ states, live: new LiveGraph(copy), encodeTexts });
    this.sequence = copy.sequence;
  }

  apply({ changes, causedAtMs }: GraphChanges): void {
    for (const change of changes) this.embedder?.apply(change);
    this.sequence = changes.at(-1)!.sequence;
    this.causedAtMs = causedAtMs;
  }

  /** Nodes that wait. */
  get pending(): number {
    return this.embedder?.pending ?? 0;
  }

  reembed(limit: number): LiveBatch {
    return this.embedder?.reembed(limit) ?? { embedded: [], removed: [] };
  }
}
