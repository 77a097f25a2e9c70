import { describe, expect, it } from '@jest/globals';
import { hasAvx2 } from '../../scripts/cpu.mjs';
import { loadAddon, nativeBuild } from './addon.js';

describe('the native code', () => {
  it('is the one that the install compiled for this machine', () => {
    expect(nativeBuild()).toBe(hasAvx2() ? 'avx2' : 'portable');
    expect(typeof loadAddon().HierarchicalNSW).toBe('function');
  });
});
