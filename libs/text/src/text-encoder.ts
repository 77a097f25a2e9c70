/** What is written about a product. */
export interface ProductText {
  readonly title: string;
  readonly description: string;
}

/** Turns product texts into vectors whose cosine says how alike the texts are. */
export interface TextEncoder {
  /** Columns d of every vector. */
  readonly dimensions: number;
  /**
   * Names everything that decides a vector besides the text: kind, settings, model. Vectors may be compared, and
   * caches shared, between encoders of the same fingerprint.
   */
  readonly fingerprint: string;
  /**
   * @returns `[texts.length, d]`, row-major; every row of length 1, or zero where a text has nothing to encode.
   */
  encode(texts: readonly ProductText[], signal?: AbortSignal): Promise<Float32Array>;
}
