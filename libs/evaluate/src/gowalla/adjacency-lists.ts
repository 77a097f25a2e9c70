import { ThawError } from '@thaw/contracts';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** A user's items, by user number. Users without a line have none. */
export type ItemsByUser = readonly (readonly number[])[];

const findList = (folder: string, name: string): string | undefined =>
  [`${name}.txt.gz`, `${name}.txt`].map((file) => join(folder, file)).find((file) => existsSync(file));

/** Whether the folder holds users and items (train.txt and test.txt) instead of a marketplace. */
export const isBipartiteFolder = (folder: string): boolean =>
  findList(folder, 'train') !== undefined && findList(folder, 'test') !== undefined;

/**
 * Reads the NGCF and LightGCN text format: one line a user, the user's number and then the numbers of its items.
 *
 * @throws ThawError DATASET_NOT_FOUND when the folder has neither `name`.txt.gz nor `name`.txt; DATASET_INVALID at a
 *   line that is no list of numbers.
 */
export async function readItemsByUser(folder: string, name: string): Promise<ItemsByUser> {
  const path = findList(folder, name);
  if (path === undefined) {
    throw new ThawError('DATASET_NOT_FOUND', `${folder} has no ${name}.txt.gz (nor ${name}.txt).`);
  }
  const file = createReadStream(path);
  const lines = createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file });
  const users: number[][] = [];
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const [user, ...items] = line.trim().split(/\s+/).map(Number);
    if (user === undefined || ![user, ...items].every((value) => Number.isInteger(value) && value >= 0)) {
      throw new ThawError('DATASET_INVALID', `${path}, line ${number}: not a user and its items as numbers.`);
    }
    users[user] = items;
  }
  return Array.from({ length: users.length }, (_, user) => users[user] ?? []);
}
