import { describe, expect, test } from '@jest/globals';
import { bytes, put } from '../contract.js';
import { openFolder } from '../folder.js';
import { settleFormat } from '../format.js';
import { temporaryFolders } from '../temporary-folder.js';
import { addFirstTimes } from './add-first-times.js';
import type { MigrationTarget } from './migration.js';

const newFolder = temporaryFolders();
const CUSTOMERS = 2500;

/** As format 1 had it: last times, products, id, and how many products. */
function rowOfFormatOne(id: string, products: readonly number[], times: readonly number[]): Uint8Array {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(products.length);
  const numbers = [Float64Array.from(times), Uint32Array.from(products)].map(({ buffer }) => Buffer.from(buffer));
  return Buffer.concat([...numbers, Buffer.from(id), count]);
}

const keyOf = (customer: number): Uint8Array => bytes(customer >> 8, customer & 0xff);

async function folderOfFormatOne(): Promise<string> {
  const folder = await newFolder();
  const database = await openFolder(folder);
  settleFormat(folder, database, 1);
  const rows = Array.from({ length: CUSTOMERS }, (_, c) => rowOfFormatOne(`customer ${c}`, [c, c + 1], [c / 2, 3 * c]));
  database.write(rows.map((row, customer) => put('customers', keyOf(customer), row)));
  await database.close();
  return folder;
}

async function customersOf(folder: string): Promise<string[]> {
  const database = await openFolder(folder);
  const rows: string[] = [];
  const scan = database.scan('customers');
  for (let page = scan.next(); page.length > 0; page = scan.next()) {
    rows.push(...page.map(({ value }) => Buffer.from(value).toString('hex')));
  }
  scan.close();
  await database.close();
  return rows;
}

const expected = Array.from({ length: CUSTOMERS }, (_, c) => {
  const times = Buffer.from(Float64Array.of(c / 2, 3 * c).buffer).toString('hex');
  return times + Buffer.from(rowOfFormatOne(`customer ${c}`, [c, c + 1], [c / 2, 3 * c])).toString('hex');
});

/** @param pages how many writes succeed */
async function migrate(folder: string, pages = Infinity): Promise<void> {
  const database = await openFolder(folder);
  let left = pages;
  const target: MigrationTarget = {
    get: (table, key) => database.get(table, key),
    scan: (table, range) => database.scan(table, range),
    write: (writes) => {
      if (left-- <= 0) throw new Error('interrupted');
      database.write(writes);
    },
  };
  try {
    settleFormat(folder, target, 2, [addFirstTimes]);
  } finally {
    await database.close();
  }
}

describe('rows of customers of format 1', () => {
  test('get the last time as the first', async () => {
    const folder = await folderOfFormatOne();
    await migrate(folder);
    expect(await customersOf(folder)).toEqual(expected);
    await migrate(folder);
    expect(await customersOf(folder)).toEqual(expected);
  });

  test('get it once, also where that was interrupted between two pages', async () => {
    const folder = await folderOfFormatOne();
    await expect(migrate(folder, 2)).rejects.toThrow('interrupted');
    await migrate(folder);
    expect(await customersOf(folder)).toEqual(expected);
  });
});
