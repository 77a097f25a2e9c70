/** Largest share by which the catalogue may grow or shrink before the weights are computed anew. */
const REFRESH_GROWTH = 0.1;

/**
 * Inverse document frequencies over hashed features, for a catalogue that changes.
 *
 * Counts follow every document at once; the weights in use are those of the last refresh, so that vectors encoded in
 * between stay comparable. **Refresh rule:** {@link isStale} once the number of documents is more than a tenth away
 * from what it was at the last refresh (the first document makes the first weights stale). A refresh changes every
 * vector a little, so the owner decides when: it should encode the catalogue again and call it a new version.
 */
export class InverseDocumentFrequency {
  private readonly documentsWith: Uint32Array;
  private readonly weights: Float32Array;
  private documents = 0;
  private refreshedAt = 0;
  /** Refreshes so far; part of an encoder's fingerprint. */
  epoch = 0;

  /** @param buckets number of hashed features */
  constructor(buckets: number) {
    this.documentsWith = new Uint32Array(buckets);
    this.weights = new Float32Array(buckets).fill(1);
  }

  /** Counts a document in. @param features its distinct hashed features */
  add(features: Iterable<number>): void {
    for (const feature of features) this.documentsWith[feature]!++;
    this.documents++;
  }

  /** Takes back a document that was counted in with the same features. */
  remove(features: Iterable<number>): void {
    for (const feature of features) this.documentsWith[feature]!--;
    this.documents--;
  }

  get isStale(): boolean {
    return Math.abs(this.documents - this.refreshedAt) > REFRESH_GROWTH * this.refreshedAt;
  }

  /** Computes the weights from the counts as they are: ln((1 + N) / (1 + n)) + 1, never below 1. */
  refresh(): void {
    // Most buckets are in no document: their weight is one and the same.
    this.weights.fill(Math.log(1 + this.documents) + 1);
    this.documentsWith.forEach((containing, feature) => {
      if (containing > 0) this.weights[feature] = Math.log((1 + this.documents) / (1 + containing)) + 1;
    });
    this.refreshedAt = this.documents;
    this.epoch++;
  }

  /** The feature's weight as of the last refresh; 1 before the first. */
  weight(feature: number): number {
    return this.weights[feature]!;
  }
}
