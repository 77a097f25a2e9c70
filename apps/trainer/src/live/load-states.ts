import { type BundleStore, FILES, type SafetensorsReader } from '@thaw/bundle';
import { type LayerStates, statesFrom } from '@thaw/waml';
import { CATEGORY_IDS, readNetwork } from '../run/model-files.js';
import { learnedOf } from '../run/outcome.js';

/**
 * What a version's single nodes are embedded from; undefined where the version has none (it was too large).
 *
 * @throws ThawError BUNDLE_NOT_FOUND, BUNDLE_INVALID, MODEL_STATES_INVALID
 */
export async function loadStates(store: BundleStore, version: string): Promise<LayerStates | undefined> {
  const bundle = await store.open(version);
  if (!bundle.has(FILES.states)) return undefined;
  const { products, sellers } = await bundle.readIds();
  const categories = await bundle.readIdFile(CATEGORY_IDS);
  const ids = { product: products.ids, seller: sellers.ids, category: categories.ids };
  const { settings } = bundle.manifest;
  const reader = await bundle.openTensors(FILES.states);
  try {
    const arrays = await readAll(reader);
    const learned = learnedOf(settings);
    const states = statesFrom((name) => arrays.get(name), { ids, seed: Number(settings['seed']), learned });
    const parameters = await readNetwork(bundle, learned);
    return parameters === undefined ? states : { ...states, parameters };
  } finally {
    await reader.close();
  }
}

async function readAll(reader: SafetensorsReader): Promise<Map<string, Float32Array | Uint32Array>> {
  const arrays = new Map<string, Float32Array | Uint32Array>();
  for (const [name, { dtype }] of reader.tensors) {
    arrays.set(name, dtype === 'U32' ? await reader.readUint32(name) : await reader.readFloat32(name));
  }
  return arrays;
}
