import type { ListingStratum } from '@thaw/waml';

/** What one model reached, as the mean over the seeds. The names are those of the JSON output. */
export interface ModelResult {
  readonly name: string;
  readonly recall_at_20: number;
  readonly recall_at_100: number;
  /** 95 % bootstrap interval over sellers, of the first seed's ranking. */
  readonly recall_at_100_ci95: readonly [low: number, high: number];
  readonly macro_recall_at_20: number;
  readonly macro_recall_at_100: number;
  /** Recall@100 by the listings that the product had at the split; null where no target is in the stratum. */
  readonly by_listings: Readonly<Record<ListingStratum, number | null>>;
  /** Wall time of one fit, tuning included. */
  readonly fit_seconds: number;
  /** Processor time of one fit on all threads, tuning included. */
  readonly cpu_seconds: number;
  /** The largest resident set of the process while the model was fitted and asked. */
  readonly peak_rss_bytes: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the model says of its fit, of the first seed; absent where it says nothing. */
  readonly note?: string;
}

export interface EvaluationResult {
  readonly dataset: string;
  readonly candidates: number;
  readonly test_listings: number;
  readonly test_sellers: number;
  readonly seeds: number;
  readonly split: { readonly source: 'files' | 'time'; readonly time_ms: number | null };
  /** How many targets each stratum has. */
  readonly test_listings_by_listings: Readonly<Record<ListingStratum, number>>;
  readonly models: readonly ModelResult[];
}
