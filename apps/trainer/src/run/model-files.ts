import { join } from 'node:path';
import { FILES, type TensorToWrite, writeIds, writeSafetensors, writeVectors } from '@thaw/bundle';
import { type FoldedModel, type GraphCopy, type LayerStates, type StateTensor, stateTensors } from '@thaw/waml';

/** Category ids of the layer states, in the order of their rows; products and sellers have their own files. */
export const CATEGORY_IDS = 'categories.ids';

/** Writes vectors and id maps. */
export async function writeModel(
  folder: string,
  { state }: GraphCopy,
  { dimensions, products, sellers }: FoldedModel,
  signal: AbortSignal,
): Promise<void> {
  const counts = { products: state.productIds.length, sellers: state.sellerIds.length };
  const candidates = Uint32Array.from(state.candidates);
  await writeVectors(folder, { dimensions, counts, products, sellers, candidates }, { signal });
  await writeIds(folder, FILES.products, state.productIds);
  await writeIds(folder, FILES.sellers, state.sellerIds);
}

/** Writes what single nodes are embedded from later. */
export async function writeStates(
  folder: string,
  { state }: GraphCopy,
  states: LayerStates,
  signal: AbortSignal,
): Promise<void> {
  await writeIds(folder, CATEGORY_IDS, state.categoryIds);
  await writeSafetensors(join(folder, FILES.states), stateTensors(states).map(tensorOf), { signal });
}

function tensorOf({ name, shape, data }: StateTensor): TensorToWrite {
  return data instanceof Float32Array ? { name, dtype: 'F32', shape, data } : { name, dtype: 'U32', shape, data };
}
