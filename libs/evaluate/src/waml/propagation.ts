import { poolPropagation, PropagationPool, type Propagate } from '@thaw/waml';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Runs `use` with the SIMD kernel on worker threads, which end with it. */
export async function withPropagation<T>(workers: number, use: (propagate: Propagate) => Promise<T>): Promise<T> {
  const kernel = await readFile(fileURLToPath(import.meta.resolve('@thaw/waml/kernel.wasm')));
  const pool = await PropagationPool.open({ kernel, workers });
  try {
    return await use(poolPropagation(pool));
  } finally {
    await pool.close();
  }
}
