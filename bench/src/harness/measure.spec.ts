import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { promisify } from 'node:util';
import { measure } from './measure.js';
import { freeCores, machineStalls } from './spin.js';

const BURN = 'const u = () => { const c = process.cpuUsage(); return c.user + c.system }; while (u() < 4e5);';

describe('measure', () => {
  test('counts the CPU time of this process', async () => {
    const burned = await measure(() => {
      const start = process.cpuUsage();
      while (process.cpuUsage(start).user < 50_000);
      return 'done';
    });
    expect(burned.value).toBe('done');
    expect(burned.cpuSeconds).toBeGreaterThanOrEqual(0.05);
    expect(burned.wallSeconds).toBeGreaterThan(0);
  });

  test('counts the CPU time of a child that has come and gone', async () => {
    const { cpuSeconds } = await measure(() => promisify(execFile)(process.execPath, ['-e', BURN]));
    expect(cpuSeconds).toBeGreaterThan(0.35); // the child burned 0.4 s, counted in hundredths
  });

  test('adds the memory of a child to that of this process', async () => {
    const alone = await measure(() => undefined);
    const hold = 'globalThis.held = Buffer.alloc(1.5e8, 1); console.log("held"); process.stdin.resume()';
    const child = spawn(process.execPath, ['-e', hold], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const together = await measure(() => once(child.stdout, 'data'));
    child.stdin.end();
    await exited;
    expect(together.peakRssBytes).toBeGreaterThan(alone.peakRssBytes + 1e8);
  });

  test('fails as what it measures', async () => {
    await expect(measure(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('machineStalls', () => {
  test('are a share of the time', async () => {
    const { stalledShare, longestStallMs } = await machineStalls(1);
    expect(stalledShare).toBeGreaterThanOrEqual(0);
    expect(stalledShare).toBeLessThanOrEqual(1);
    expect(longestStallMs > 0).toBe(stalledShare > 0);
  });
});

describe('freeCores', () => {
  test('is some, and no more than threads could use', async () => {
    const free = await freeCores(2);
    expect(free).toBeGreaterThan(0);
    expect(free).toBeLessThan(3); // 2, and the noise of clocks
  });
});
