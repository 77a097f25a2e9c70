import { descendantUse } from './process-tree.js';

const SAMPLE_EVERY_MS = 500;

export interface Measurement {
  readonly wallSeconds: number;
  /** Of all threads of this process and of its child processes. */
  readonly cpuSeconds: number;
  /** The part of it that child processes took, such as an embedded broker, to the hundredth of a second. */
  readonly childCpuSeconds: number;
  /**
   * The peaks of this process and of each child added up, each since its start: an upper bound of the common peak.
   * Children are looked at twice a second and at the end: one that lived more briefly goes unseen.
   */
  readonly peakRssBytes: number;
}

/** Runs `work` once and says what it took. Rejects as `work` does. */
export async function measure<T>(work: () => T | Promise<T>): Promise<Measurement & { readonly value: T }> {
  const peaks = new Map<number, number>();
  const sample = (): number => {
    const { cpuSeconds, peakRssBytes } = descendantUse();
    for (const [pid, bytes] of peakRssBytes) peaks.set(pid, Math.max(bytes, peaks.get(pid) ?? 0));
    return cpuSeconds;
  };
  const childrenBefore = sample();
  const sampler = setInterval(sample, SAMPLE_EVERY_MS).unref();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  try {
    const value = await work();
    const wallSeconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const childCpuSeconds = Math.max(0, sample() - childrenBefore);
    const cpuSeconds = (user + system) / 1e6 + childCpuSeconds;
    let peakRssBytes = process.resourceUsage().maxRSS * 1_024;
    for (const bytes of peaks.values()) peakRssBytes += bytes;
    return { value, wallSeconds, cpuSeconds, childCpuSeconds, peakRssBytes };
  } finally {
    clearInterval(sampler);
  }
}
