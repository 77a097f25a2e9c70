import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxTextEncoder, type EmbedTexts } from './onnx-encoder.js';
import type { ProductText } from './text-encoder.js';

const text = (title: string, description = ''): ProductText => ({ title, description });

describe('OnnxTextEncoder over a model', () => {
  test('sends batches, keeps their order, and gives zero for an empty text', async () => {
    const batches: number[] = [];
    const embed: EmbedTexts = (texts) => {
      batches.push(texts.length);
      return Promise.resolve({
        data: Float32Array.from(texts.flatMap(({ length }) => [length, -length])),
        dims: [texts.length, 2],
      });
    };
    const encoder = await OnnxTextEncoder.over(embed, 'fake', 2);
    const rows = await encoder.encode([text('abc'), text('de', 'f'), text(' '), text('g'), text('h')]);
    expect([...rows]).toEqual([4, -4, 5, -5, 0, 0, 2, -2, 2, -2].map((value) => (value === 0 ? 0 : value)));
    expect(batches).toEqual([1, 2, 2, 1]);
  });
});

describe('OnnxTextEncoder.open', () => {
  test('says what the folder lacks', async () => {
    await expect(OnnxTextEncoder.open({ folder: join(tmpdir(), 'nowhere') })).rejects.toMatchObject({
      code: 'TEXT_MODEL_UNUSABLE',
    });
  });

  test('says that the model cannot be read, and does not go and fetch another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-model-'));
    try {
      mkdirSync(join(folder, 'onnx'));
      writeFileSync(join(folder, 'onnx', 'model.onnx'), 'no model');
      await expect(OnnxTextEncoder.open({ folder })).rejects.toMatchObject({ code: 'TEXT_MODEL_UNUSABLE' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
