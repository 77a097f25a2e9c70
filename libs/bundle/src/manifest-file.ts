import { ThawError } from '@thaw/contracts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from './invalid.js';
import { manifestSchema, SCHEMA_VERSION, type Manifest } from './manifest.js';
import { parseStrictJson } from './strict-json.js';

/** Bytes of `manifest.json` at most. */
export const MAX_MANIFEST_BYTES = 1 << 20;

/** How the file ends: the sha256 of all that comes before this. So a bundle's every bit is covered by a digest. */
const seal = (body: Uint8Array): string => `,\n  "sha256": "${createHash('sha256').update(body).digest('hex')}"\n}\n`;
const SEAL_BYTES = seal(new Uint8Array()).length;

/** The bytes of `manifest.json`. */
export function encodeManifest(manifest: Manifest): Buffer {
  const body = Buffer.from(JSON.stringify(manifest, undefined, 2).replace(/\n\}$/, ''));
  return Buffer.concat([body, Buffer.from(seal(body))]);
}

/**
 * The manifest of the bundle `version`.
 *
 * @param what for messages: the file and its bundle
 * @throws ThawError BUNDLE_INVALID; BUNDLE_VERSION where a newer Thaw wrote it
 */
export function decodeManifest(bytes: Uint8Array, version: string, what: string): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) throw invalid(what, `it is longer than ${MAX_MANIFEST_BYTES} bytes`);
  const body = bytes.subarray(0, Math.max(0, bytes.length - SEAL_BYTES));
  if (seal(body) !== Buffer.from(bytes.subarray(body.length)).toString('latin1')) {
    throw invalid(what, 'its content does not have the sha256 that its last line names');
  }
  const raw = parseStrictJson(bytes, what);
  const { schemaVersion } = z
    .object({ schemaVersion: z.number().catch(NaN) })
    .catch({ schemaVersion: NaN })
    .parse(raw);
  if (schemaVersion > SCHEMA_VERSION) {
    throw new ThawError(
      'BUNDLE_VERSION',
      `${what} has the schema version ${schemaVersion}, and this Thaw reads ${SCHEMA_VERSION}: use the Thaw that wrote ` +
        'it, or retrain.',
      { details: { what, schemaVersion } },
    );
  }
  const result = manifestSchema.safeParse(raw);
  if (!result.success) throw invalid(what, issuesOf(result.error), result.error);
  if (result.data.version !== version) throw invalid(what, `it is the manifest of ${result.data.version}`);
  return result.data;
}

/** What does not fit, in one line. */
export const issuesOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => [...path.map(String), message].join(': '))
    .join('; ');
