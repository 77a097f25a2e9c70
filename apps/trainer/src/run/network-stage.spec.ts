import { describe, expect, test } from '@jest/globals';
import { type BackendLoaders, openTensorBackend } from '@thaw/tensor';
import { DEFAULT_MODEL_SETTINGS } from '@thaw/waml';
import { NetworkStage } from './network-stage.js';

const missing = () => {
  throw new Error('it is not installed');
};
const none: BackendLoaders = {
  'tfjs-node-gpu': missing,
  'tfjs-node': missing,
  webgpu: missing,
  wasm: missing,
  cpu: missing,
};
const onlyCpu: BackendLoaders = { ...none, cpu: () => openTensorBackend({ forced: 'cpu' }) };

/** A stage that is wanted, and what it notes. */
async function opened(loaders: BackendLoaders, backend?: 'webgpu') {
  const notes: string[] = [];
  const wish = { kind: 'full', mode: 'on', settings: DEFAULT_MODEL_SETTINGS, listings: 1, serving: undefined } as const;
  const stage = new NetworkStage(wish, {
    settings: { mode: 'on', seconds: 1, folds: 1, backend },
    seed: 1,
    workFolder: '',
    servingParameters: undefined,
    nowMs: Date.now,
    note: (message) => notes.push(message),
    report: () => undefined,
    loaders,
    signal: new AbortController().signal,
  });
  await stage.open();
  return { stage, notes };
}

describe('where backends are missing', () => {
  test('each is one line of the log, and the next is taken', async () => {
    const { stage, notes } = await opened(onlyCpu);
    expect(notes).toEqual([
      'the tensor backend tfjs-node-gpu is not to be had: it is not installed',
      'the tensor backend tfjs-node is not to be had: it is not installed',
      'the tensor backend webgpu is not to be had: it is not installed',
      'the tensor backend wasm is not to be had: it is not installed',
      expect.stringMatching(/^the network runs on cpu \(.+\)$/),
    ]);
    expect(stage.input).toBeDefined();
  });

  test.each([
    ['all of them', none, undefined],
    ['the one that is asked for', onlyCpu, 'webgpu'],
  ] as const)('%s: the run goes on with channels alone, and says why', async (_, loaders, backend) => {
    const { stage, notes } = await opened(loaders, backend);
    expect(notes.at(-1)).toMatch(/^channels alone: .*webgpu: it is not installed/);
    expect(stage.input).toBeUndefined();
    const result = await stage.run(undefined as never, { rows: undefined } as never, undefined as never);
    expect(result).toMatchObject({ isKept: false, reason: expect.stringContaining('no tensor backend') });
  });
});
