import { readFileSync } from 'node:fs';

const X86_64_V3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'abm', 'movbe'];
const X86_64_V4 = [...X86_64_V3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'];

/** What the builds ask of a processor, as Linux names it (System V psABI, "Micro-Architecture Levels"). Fastest first. */
const NEEDS = { avx512: X86_64_V4, avx2: X86_64_V3, portable: [] };

/** The builds that this machine runs, fastest first. What a processor can do is known of Linux only. */
export function runnableBuilds() {
  const flags = processorFlags();
  return Object.keys(NEEDS).filter((build) => NEEDS[build].every((flag) => flags.has(flag)));
}

function processorFlags() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return new Set();
  try {
    return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1]?.split(/\s+/));
  } catch {
    return new Set(); // no /proc here
  }
}
