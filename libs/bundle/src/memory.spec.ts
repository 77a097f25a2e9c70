import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { draft, temporaryFolders } from './testing.fixture.js';

const newFolder = temporaryFolders();
const PROGRAM = fileURLToPath(new URL('../test/matrix-memory.mjs', import.meta.url));
const MIB = 2 ** 20;
const ROWS = 65_536;
const DIMENSIONS = 1024;
const MATRIX_BYTES = ROWS * DIMENSIONS * 4;

test(`a matrix of ${MATRIX_BYTES / MIB} MiB is published in little memory, and read in its own`, async () => {
  const root = await newFolder();
  const big = draft({
    counts: { products: ROWS, sellers: 1, candidates: 0 },
    settings: {
      channels: [{ name: 'text', dimensions: DIMENSIONS - 1, weight: 1 }],
      dimensions: DIMENSIONS,
      coInteractionThreshold: 3,
    },
  });
  const peak = async (action: string): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, root, action, JSON.stringify(big)]);
    return Number(stdout);
  };
  const idle = await peak('nothing');
  expect((await peak('write')) - idle).toBeLessThan(MATRIX_BYTES / 3);
  const reading = (await peak('read')) - idle;
  // Below the matrix itself by what an idle process happens to hold: this only says that memory is seen at all.
  expect(reading).toBeGreaterThan(MATRIX_BYTES * 0.7);
  expect(reading).toBeLessThan(MATRIX_BYTES * 1.3);
});
