import { z } from 'zod';
import { FILE_NAME, FILES } from './files.js';
import { VERSION_NAME } from './version-name.js';

export const SCHEMA_VERSION = 1;

const count = z.int().nonnegative();
const timeMs = z.int();
const version = z.string().regex(VERSION_NAME, 'must be a version such as v000001');
const figure = z.number().nullable();

const channel = z.object({
  name: z.string().min(1).max(100),
  /** Columns of the channel, in this order in a folded row. */
  dimensions: z.int().positive(),
  /** What the product rows were multiplied by: divide to unfold. */
  weight: z.number(),
});

/** How the version was made: plain JSON, of which these parts are promised. */
const settings = z
  .object({
    channels: z.array(channel).max(64),
    /** D: the channels' columns and one more. */
    dimensions: z.int().positive(),
    coInteractionThreshold: count,
  })
  .catchall(z.json())
  .refine(({ channels, dimensions }) => channels.reduce((sum, each) => sum + each.dimensions, 1) === dimensions, {
    path: ['dimensions'],
    error: "must be the sum of the channels' dimensions and 1",
  });

/** Figures by name; null is not measured. Shares are of 1. */
const metrics = z
  .object({ recallAt100: figure, servingRecallAt100: figure, indexRecallAt100: figure })
  .catchall(figure);

const index = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact') }),
  z.object({
    kind: z.literal('hnsw'),
    m: z.int().positive(),
    efConstruction: z.int().positive(),
    efSearch: z.int().positive(),
  }),
]);

const file = z.object({
  name: z.string().max(100).regex(FILE_NAME, 'is no name of a file in a bundle'),
  bytes: count,
  /** Lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
});

const described = z.object({
  version,
  /** The version that a fine-tune started from. */
  parent: version.nullable(),
  kind: z.enum(['full', 'fine-tune']),
  /** Unix epoch milliseconds, as all times here. */
  createdAtMs: timeMs.nonnegative(),
  /** The last change of the graph that the version knows. */
  graphSequence: count,
  /** Event times of the listings learned from. */
  dataWindow: z.object({ fromMs: timeMs, toMs: timeMs }),
  /** n, m and c of the vectors. */
  counts: z.object({ products: count, sellers: count, candidates: count }),
  settings,
  metrics,
  /** Whether the version may serve, and why or why not. */
  gate: z.object({ passed: z.boolean(), reason: z.string().max(2000) }),
  index,
});

/** What the maker of a bundle says of it; the store adds the rest. */
export const manifestDraftSchema = described;

/** The whole manifest, as `manifest.json` holds it. */
export const manifestSchema = described
  .extend({ schemaVersion: z.literal(SCHEMA_VERSION), files: z.array(file).max(64) })
  .refine(({ files }) => new Set(files.map(({ name }) => name)).size === files.length, {
    path: ['files'],
    error: 'names a file twice',
  })
  .refine(({ files }) => !files.some(({ name }) => name === FILES.manifest), {
    path: ['files'],
    error: 'names the manifest itself',
  })
  .superRefine(({ files, index: { kind } }, context) => {
    const needed = [
      FILES.vectors,
      FILES.products,
      FILES.sellers,
      FILES.card,
      ...(kind === 'hnsw' ? [FILES.index] : []),
    ];
    for (const name of needed) {
      if (files.some((each) => each.name === name)) continue;
      context.addIssue({ code: 'custom', path: ['files'], message: `lacks ${name}` });
    }
  });

export type ManifestDraft = z.infer<typeof manifestDraftSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof file>;
export type IndexSettings = z.infer<typeof index>;
