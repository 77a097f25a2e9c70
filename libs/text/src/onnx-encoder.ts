import { ThawError } from '@thaw/contracts';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline as pump } from 'node:stream/promises';
import type { ProductText, TextEncoder } from './text-encoder.js';

/** Texts in, mean-pooled unit vectors out: `data` is `[texts, d]`, row-major. */
export type EmbedTexts = (
  texts: string[],
) => Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }>;

export interface OnnxSettings {
  /** A folder with config.json, tokenizer.json and onnx/model.onnx. */
  readonly folder: string;
  /** Texts that go through the model at once. */
  readonly batchSize: number;
}

const DEFAULT_BATCH_SIZE = 32;
const MODEL_FILE = join('onnx', 'model.onnx');

const unusable = (folder: string, why: string, cause?: unknown): ThawError =>
  new ThawError(
    'TEXT_MODEL_UNUSABLE',
    `The text model in ${folder} cannot be used: ${why}. Give a folder with config.json, tokenizer.json and ${MODEL_FILE}.`,
    { cause, details: { folder } },
  );

/**
 * BERT and its kin through ONNX: mean pooling over the tokens, normalised to length 1 (Reimers and Gurevych 2019).
 * Everything is read from the folder; nothing is ever downloaded.
 */
export class OnnxTextEncoder implements TextEncoder {
  private constructor(
    readonly dimensions: number,
    readonly fingerprint: string,
    private readonly embed: EmbedTexts,
    private readonly batchSize: number,
  ) {}

  /** @throws ThawError TEXT_MODEL_UNUSABLE when the folder, or the library that reads it, does not do. */
  static async open({
    folder,
    batchSize = DEFAULT_BATCH_SIZE,
  }: Partial<OnnxSettings> & { folder: string }): Promise<OnnxTextEncoder> {
    const path = join(folder, MODEL_FILE);
    if (!existsSync(path)) throw unusable(folder, `there is no ${MODEL_FILE}`);
    const hash = createHash('sha256');
    await pump(createReadStream(path), hash);
    return OnnxTextEncoder.over(await loadModel(folder), `onnx-1:${hash.digest('hex')}`, batchSize);
  }

  /** An encoder over any model; its columns are asked of the model itself. */
  static async over(embed: EmbedTexts, fingerprint: string, batchSize = DEFAULT_BATCH_SIZE): Promise<OnnxTextEncoder> {
    const { dims } = await embed(['dimensions']);
    return new OnnxTextEncoder(dims.at(-1)!, fingerprint, embed, batchSize);
  }

  async encode(texts: readonly ProductText[], signal?: AbortSignal): Promise<Float32Array> {
    const rows = new Float32Array(texts.length * this.dimensions);
    for (let from = 0; from < texts.length; from += this.batchSize) {
      signal?.throwIfAborted();
      const batch = texts.slice(from, from + this.batchSize);
      const { data } = await this.embed(batch.map(({ title, description }) => `${title}. ${description}`.trim()));
      batch.forEach((text, i) => {
        // A model has an opinion on the empty text too; the contract says zero.
        if (text.title.trim() === '' && text.description.trim() === '') return;
        rows.set(data.subarray(i * this.dimensions, (i + 1) * this.dimensions), (from + i) * this.dimensions);
      });
    }
    return rows;
  }
}

async function loadModel(folder: string): Promise<EmbedTexts> {
  const path = resolve(folder);
  try {
    // An optional dependency of 100 MB and more: loaded only by those who have a model.
    const { env, pipeline } = await import('@huggingface/transformers');
    env.allowRemoteModels = false;
    env.localModelPath = dirname(path);
    const extract = await pipeline('feature-extraction', basename(path), { dtype: 'fp32', local_files_only: true });
    return async (texts) => {
      // Its declared types do not resolve under nodenext.
      const tensor: unknown = await extract(texts, { pooling: 'mean', normalize: true });
      return tensor as Awaited<ReturnType<EmbedTexts>>;
    };
  } catch (cause) {
    throw unusable(folder, ThawError.from(cause).message, cause);
  }
}
