import { describe, expect, it } from '@jest/globals';
import { runnableBuilds } from '../../scripts/cpu.mjs';
import { loadAddon, nativeBuild } from './addon.js';

describe('the native code', () => {
  it('is the fastest that the install could compile for this machine', () => {
    expect(nativeBuild()).toBe(runnableBuilds()[0]);
    expect(typeof loadAddon().HierarchicalNSW).toBe('function');
  });
});
