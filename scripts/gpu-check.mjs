// npm run gpu:check: the trained network on whatever GPU backend this machine offers, webgpu or CUDA, with the same on
// the CPU beside it: gradients, one step against PyTorch's, steps per second, and a small training. Exits with 3 where
// there is no GPU backend, and with 1 where a check fails. `--backend NAME` checks a named backend, GPU or not.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const NO_GPU = 3;
const worker = join(dirname(fileURLToPath(import.meta.url)), 'gpu-check-worker.mjs');

/** Runs the suite in a process of its own, which a backend needs. @returns its report, or why there is none */
function suite(backend) {
  try {
    const output = execFileSync(process.execPath, [worker, backend], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch (error) {
    const reason = (error.stderr ?? '').trim().split('\n').at(-1) || error.message;
    return { backend, missing: error.status === NO_GPU, reason };
  }
}

const { values } = parseArgs({ options: { backend: { type: 'string' } } });
const asked = values.backend === undefined ? ['tfjs-node-gpu', 'webgpu'] : [values.backend];
const reports = asked.map(suite);
for (const { backend, missing, reason } of reports)
  if (reason) console.log(`${backend}: ${missing ? '' : 'FAILED: '}${reason}`);
const failed = reports.some(({ reason, missing }) => reason && !missing);
const passed = reports.filter(({ reason }) => !reason);
if (passed.length === 0 && !failed) {
  console.log(
    'no GPU backend here: npm run tf:native -- --gpu (CUDA) or -- --webgpu brings one to a machine with a GPU',
  );
  process.exit(NO_GPU);
}
const native = suite('tfjs-node');
const cpu = native.reason ? suite('wasm') : native;
if (cpu.reason) console.log(`${cpu.backend}: FAILED: ${cpu.reason}`);
const rows = [...passed, cpu].filter(({ reason }) => !reason);
console.table(
  Object.fromEntries(
    rows.map(({ backend, device, figures }) => [
      backend,
      {
        device,
        ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))])),
      },
    ]),
  ),
);
console.log(failed || cpu.reason ? 'FAILED' : `passed on ${passed.map(({ device }) => device).join(' and ')}`);
process.exit(failed || cpu.reason ? 1 : 0);
