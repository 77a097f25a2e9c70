// Publishes a bundle with a matrix of many rows, or opens and reads it, or does neither; prints the peak of its memory in
// bytes.
import { DirectoryBundleStore, writeIds, writeVectors } from '../dist/index.js';
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [root, action, draft] = [process.argv[2], process.argv[3], JSON.parse(process.argv[4])];
const { counts, settings } = draft;
const store = await DirectoryBundleStore.open(root);

function* rows() {
  const row = new Float32Array(settings.dimensions);
  for (let r = 0; r < counts.products; r++) yield row.fill(r);
}

function* ids(count) {
  for (let r = 0; r < count; r++) yield `product-${r}`;
}

if (action === 'write') {
  const staged = await store.stage('v000001');
  const { dimensions } = settings;
  const sellers = new Float32Array(counts.sellers * dimensions);
  const candidates = new Uint32Array();
  await writeVectors(staged.folder, { dimensions, counts, products: rows(), sellers, candidates });
  await writeIds(staged.folder, 'products.ids', ids(counts.products));
  await writeIds(staged.folder, 'sellers.ids', ids(counts.sellers));
  await staged.publish(draft);
} else if (action === 'read') {
  const { products } = await (await store.open('v000001')).readVectors();
  for (let r = 0; r < counts.products; r++) {
    if (products[r * settings.dimensions] !== r) throw new Error(`row ${r} is not what was written`);
  }
}
console.log(peakRssBytes());

/** Of this program alone: getrusage's peak on Linux begins with that of the process it was forked from. */
function peakRssBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kibibytes) * 1024;
}
