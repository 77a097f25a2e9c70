import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ThawError } from '@thaw/contracts';
import { FORMAT as STORE_FORMAT } from '@thaw/store';
import { z } from 'zod';

/** The format of backups that this Thaw writes, and the newest that it reads. */
export const BACKUP_FORMAT = 1;
export const MANIFEST = 'manifest.json';

/** Paths within the backup: no way out of its folder. */
const name = z.string().regex(/^(?:rows-\d{5}\.bin|bundles\/v\d{6,12}\/[\w-][\w.-]*)$/);

const schema = z.object({
  kind: z.literal('thaw-graph-backup'),
  format: z.number(),
  /** Unix epoch milliseconds. */
  createdAtMs: z.number(),
  storeFormat: z.number(),
  /** Of the graph when the backup was begun: it holds what these records made. */
  sequence: z.number(),
  offsets: z.array(z.object({ topic: z.string(), partition: z.number(), nextOffset: z.number() })),
  settings: z.record(z.string(), z.number()).nullable(),
  topicPrefix: z.string(),
  counter: z.string(),
  /** Of the Kafka that the offsets are of; null where it could not be asked. */
  clusterId: z.string().nullable(),
  rows: z.number(),
  files: z.array(z.object({ name, bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  /** Version bundles that are in it too. */
  bundles: z.array(z.string().regex(/^v\d{6,12}$/)),
});

export type BackupManifest = z.infer<typeof schema>;
export type BackupFile = BackupManifest['files'][number];

export function invalidBackup(folder: string, why: string, cause?: unknown): ThawError {
  return new ThawError('BACKUP_INVALID', `The backup in ${folder} cannot be used: ${why}. Use another one.`, {
    cause,
    details: { folder },
  });
}

/** @throws ThawError BACKUP_INVALID; BACKUP_VERSION where a newer Thaw wrote it */
export async function readManifest(folder: string): Promise<BackupManifest> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `its ${MANIFEST} is no JSON` : `it has no ${MANIFEST} that can be read`;
    throw invalidBackup(folder, why, cause);
  }
  const formats = z.object({ format: z.number(), storeFormat: z.number() }).safeParse(json);
  if (formats.success && (formats.data.format > BACKUP_FORMAT || formats.data.storeFormat > STORE_FORMAT)) {
    throw new ThawError(
      'BACKUP_VERSION',
      `The backup in ${folder} is in format ${formats.data.format}, its rows in ${formats.data.storeFormat}: this Thaw ` +
        `reads up to ${BACKUP_FORMAT} and ${STORE_FORMAT}. Restore it with the Thaw that wrote it, or a newer one.`,
      { details: { folder } },
    );
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw invalidBackup(folder, `its ${MANIFEST} is not what it must be (${z.prettifyError(error)})`, error);
}
