import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes files (name → text) to a new folder, packing those whose name ends in .gz; `use` gets the folder. */
export async function withFolder<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-dataset-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A data set in small: two products, three listings, three interactions. */
export const SMALL = {
  'products.csv.gz': 'product_id,category_id,title,description\np1,TOYS,"Ball, red",\np2,,"Tea ""pot""","two\nlines"\n',
  'listings.csv.gz':
    'seller_id,product_id,timestamp\ns1,p1,2020-01-01T00:00:00\ns2,p1,2020-01-03T00:00:00\ns2,p2,2020-01-04\n',
  'interactions.csv':
    'customer_id,product_id,type,timestamp\n' +
    'c1,p1,view,2020-01-02T00:00:00\nc1,p2,review,2020-01-03T00:00:00\nc2,p2,gaze,2020-01-05T00:00:00\n',
};
