// Publishes or removes a bundle and kills itself (-9) when the store has done the named step; or, for the step "none",
// publishes one version after the other and prunes, printing the name of each that was acknowledged, until it is killed.
import { DirectoryBundleStore, writeIds, writeVectors } from '../dist/index.js';
import { writeSync } from 'node:fs';
import process from 'node:process';

const [root, action, target, draft] = [...process.argv.slice(2, 5), JSON.parse(process.argv[5])];

const store = await DirectoryBundleStore.open(root, {
  onStep: (step) => {
    if (step === target) process.kill(process.pid, 'SIGKILL');
  },
});

async function publish(version) {
  const staged = await store.stage(version);
  const rows = (count) => new Float32Array(count * draft.settings.dimensions).fill(Number(version.slice(1)));
  await writeVectors(staged.folder, {
    dimensions: draft.settings.dimensions,
    counts: draft.counts,
    products: rows(draft.counts.products),
    sellers: rows(draft.counts.sellers),
    candidates: Uint32Array.from({ length: draft.counts.candidates }, (_, row) => row),
  });
  const ids = (count) => Array.from({ length: count }, (_, row) => `${version}/${row}`);
  await writeIds(staged.folder, 'products.ids', ids(draft.counts.products));
  await writeIds(staged.folder, 'sellers.ids', ids(draft.counts.sellers));
  await staged.publish(draft);
}

if (action === 'remove') await store.remove('v000001');
else if (target !== 'none') await publish('v000002');
else {
  for (;;) {
    const version = await store.nextVersion();
    await publish(version);
    writeSync(1, `${version}\n`); // at once: what was acknowledged must not sit in a buffer when the kill comes
    await store.prune({ keepNewest: 3, keep: [], keepRejectedMs: 0, nowMs: Date.now() });
  }
}
