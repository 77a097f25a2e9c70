import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES, type TensorToWrite, type VerifiedBundle, writeIds, writeSafetensors, writeVectors } from '@thaw/bundle';
import {
  curvesSvg,
  type FoldedModel,
  type GraphCopy,
  type LayerStates,
  type LearnedModel,
  type NamedTensor,
  parameterShapes,
  type StateTensor,
  stateTensors,
  type TrainingPoint,
} from '@thaw/waml';
import type { NetworkStageResult } from './network-stage.js';

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

/** Writes the curves of a training, and the network's parameters where it was kept. */
export async function writeTraining(folder: string, { isKept, trained }: NetworkStageResult): Promise<void> {
  if (trained === undefined) return;
  const { curve, parameters } = trained;
  await writeFile(join(folder, FILES.curvesImage), curvesSvg(curve));
  await writeFile(join(folder, FILES.curves), JSON.stringify(curvesOf(curve)));
  if (!isKept) return;
  const tensors = parameters.map(({ name, shape, values }) => ({ name, dtype: 'F32' as const, shape, data: values }));
  await writeSafetensors(join(folder, FILES.network), tensors);
}

/** The curves as whoever draws them reads them: points of step and value, in the order of steps. */
export function curvesOf(curve: readonly TrainingPoint[]): Record<'loss' | 'recall', [step: number, value: number][]> {
  const points = (of: (point: TrainingPoint) => number | undefined): [number, number][] =>
    curve.flatMap((point) => {
      const value = of(point);
      return value !== undefined && Number.isFinite(value) ? [[point.step, value]] : [];
    });
  return { loss: points(({ loss }) => loss), recall: points(({ recall }) => recall) };
}

/** The parameters that {@link writeTraining} wrote, in their order; undefined where the version has no network. */
export async function readNetwork(
  bundle: VerifiedBundle,
  { network }: LearnedModel,
): Promise<NamedTensor[] | undefined> {
  if (network === undefined || !bundle.has(FILES.network)) return undefined;
  const reader = await bundle.openTensors(FILES.network);
  try {
    const tensors: NamedTensor[] = [];
    for (const { name, shape } of parameterShapes(network.settings)) {
      tensors.push({ name, shape, values: await reader.readFloat32(name) });
    }
    return tensors;
  } finally {
    await reader.close();
  }
}

function tensorOf({ name, shape, data }: StateTensor): TensorToWrite {
  return data instanceof Float32Array ? { name, dtype: 'F32', shape, data } : { name, dtype: 'U32', shape, data };
}
