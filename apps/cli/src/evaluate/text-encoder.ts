import { join } from 'node:path';
import type { Config } from '@thaw/platform';
import { RocksVectorCache } from '@thaw/store';
import { CachedTextEncoder, OnnxTextEncoder, type TextEncoder } from '@thaw/text';

/**
 * Runs `use` with the encoder that the settings name, which encodes a text once for all commands of this user;
 * with none where THAW_TEXT_MODEL is not set.
 *
 * @throws ThawError TEXT_MODEL_UNUSABLE; STORE_LOCKED while another command encodes
 */
export async function withTextEncoder<T>(
  { text, paths }: Pick<Config, 'text' | 'paths'>,
  use: (encoder: TextEncoder | undefined) => Promise<T>,
): Promise<T> {
  if (text.model === undefined) return use(undefined);
  const model = await OnnxTextEncoder.open({ folder: text.model });
  const cache = await RocksVectorCache.open(join(paths.cacheDir, 'text-vectors'));
  try {
    return await use(new CachedTextEncoder(model, cache));
  } finally {
    await cache.close();
  }
}
