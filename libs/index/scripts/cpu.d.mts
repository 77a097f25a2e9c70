/** What the native code was compiled for: x86-64-v4 with AVX-512, x86-64-v3 with AVX2, or any machine. */
export type NativeBuild = 'avx512' | 'avx2' | 'portable';

/** The builds that this machine runs, fastest first. What a processor can do is known of Linux only. */
export function runnableBuilds(): NativeBuild[];
