import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PropagationGraph } from '@thaw/waml';

export interface PeerRun {
  readonly seconds: number;
  readonly cpu_seconds: number;
}

export interface PeerJob {
  /** The Python interpreter that has PyTorch. */
  readonly python: string;
  readonly threads: number;
  readonly runs: number;
  readonly alphas: readonly number[];
  readonly signal: AbortSignal;
}

/** Propagates with PyTorch's CSR matrices. Undefined where there is no Python or no PyTorch. */
export async function propagateInTorch(
  graph: PropagationGraph,
  matrix: Float32Array,
  { python, threads, runs, alphas, signal }: PeerJob,
): Promise<PeerRun[] | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-propagate-'));
  try {
    const write = (name: string, { buffer, byteOffset, byteLength }: Uint32Array | Float32Array): void =>
      writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength));
    write('offsets.u32', graph.offsets);
    write('neighbours.u32', graph.neighbours);
    write('matrix.f32', matrix);
    const script = fileURLToPath(new URL('../../peers/propagate_torch.py', import.meta.url));
    const settings = {
      dimensions: matrix.length / graph.rows,
      threads,
      runs,
      alphas: JSON.stringify(alphas),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { stdout } = await promisify(execFile)(python, [script, folder, ...args], { signal });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PeerRun);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No such interpreter, or the script's own exit code for an interpreter without PyTorch. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 3);
}
