import { join } from 'node:path';
import { FILES } from './files.js';
import { invalid } from './invalid.js';
import type { Manifest } from './manifest.js';
import type { BundleVectors } from './port.js';
import type { MemoryOf, SafetensorsReader } from './safetensors/reader.js';
import { writeSafetensors, type TensorToWrite, type WriteOptions } from './safetensors/writer.js';

/** Folded rows to write: whole, or in parts as they come to be, each of any number of elements. */
export interface VectorsToWrite {
  /** D. */
  readonly dimensions: number;
  /** n and m. */
  readonly counts: { readonly products: number; readonly sellers: number };
  readonly products: Extract<TensorToWrite, { dtype: 'F32' }>['data'];
  readonly sellers: Extract<TensorToWrite, { dtype: 'F32' }>['data'];
  /** Rows of `products`, in the order of the index's labels. */
  readonly candidates: Uint32Array;
}

/** Writes `vectors.safetensors` into a staged folder. @throws as `writeSafetensors` does */
export async function writeVectors(folder: string, vectors: VectorsToWrite, options?: WriteOptions): Promise<void> {
  const { dimensions, counts, products, sellers, candidates } = vectors;
  const tensors: TensorToWrite[] = [
    { name: 'products', dtype: 'F32', shape: [counts.products, dimensions], data: products },
    { name: 'sellers', dtype: 'F32', shape: [counts.sellers, dimensions], data: sellers },
    { name: 'candidates', dtype: 'U32', shape: [candidates.length], data: candidates },
  ];
  await writeSafetensors(join(folder, FILES.vectors), tensors, options);
}

/** Whether the file has the tensors of the manifest, by its header alone. @throws ThawError BUNDLE_INVALID */
export function checkShapes(reader: SafetensorsReader, what: string, { counts, settings }: VectorsOf): void {
  const due: readonly (readonly [string, 'F32' | 'U32', readonly number[]])[] = [
    ['products', 'F32', [counts.products, settings.dimensions]],
    ['sellers', 'F32', [counts.sellers, settings.dimensions]],
    ['candidates', 'U32', [counts.candidates]],
  ];
  for (const [name, dtype, shape] of due) {
    const found = reader.shapeOf(name, dtype);
    if (found.join() === shape.join()) continue;
    throw invalid(what, `the tensor "${name}" is [${found.join(', ')}] where the manifest says [${shape.join(', ')}]`);
  }
}

type VectorsOf = Pick<Manifest, 'counts' | 'settings'>;

/** @throws ThawError BUNDLE_INVALID also where a number is not finite, or a candidate is no row or is there twice */
export async function readVectors(
  reader: SafetensorsReader,
  what: string,
  manifest: VectorsOf,
  memory?: MemoryOf,
): Promise<BundleVectors> {
  const candidates = await readCandidates(reader, what, manifest);
  const products = await reader.readFloat32('products', finite('products', what), memory);
  const sellers = await reader.readFloat32('sellers', finite('sellers', what), memory);
  return { dimensions: manifest.settings.dimensions, products, sellers, candidates };
}

/** Checks all that `readVectors` does in a fixed amount of memory, but for the candidates. @throws as it does */
export async function checkVectors(reader: SafetensorsReader, what: string, manifest: VectorsOf): Promise<void> {
  await readCandidates(reader, what, manifest);
  for (const name of ['products', 'sellers']) await reader.scanFloat32(name, finite(name, what));
}

async function readCandidates(reader: SafetensorsReader, what: string, manifest: VectorsOf): Promise<Uint32Array> {
  checkShapes(reader, what, manifest);
  const candidates = await reader.readUint32('candidates');
  checkRows(candidates, manifest.counts.products, what);
  return candidates;
}

function checkRows(candidates: Uint32Array, rows: number, what: string): void {
  const seen = new Uint8Array(rows);
  for (const row of candidates) {
    if (row >= rows) throw invalid(what, `the candidate row ${row} is beyond the ${rows} products`);
    if (seen[row]) throw invalid(what, `the candidate row ${row} is there twice`);
    seen[row] = 1;
  }
}

/** Refuses the first number that is not finite. */
function finite(name: string, what: string): (part: Float32Array) => void {
  return (part) => {
    for (let i = 0; i < part.length; i++) {
      if (!Number.isFinite(part[i])) throw invalid(what, `its tensor "${name}" holds ${part[i]!}`);
    }
  };
}
