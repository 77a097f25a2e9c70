import { readFileSync } from 'node:fs';

/** What x86-64-v3 means, as Linux names it (System V psABI, "Micro-Architecture Levels"). */
const X86_64_V3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'abm', 'movbe'];

/** Whether this machine runs code that was compiled for x86-64-v3. Known of Linux only. */
export function hasAvx2() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1]?.split(/\s+/));
    return X86_64_V3.every((flag) => flags.has(flag));
  } catch {
    return false; // no /proc here
  }
}
