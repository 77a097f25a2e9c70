// Generates libs/contracts/src/generated from proto/. With --check: into a temporary folder, and fails on a difference.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
const committed = join(root, 'libs', 'contracts', 'src', 'generated');
const run = (command, args) =>
  execFileSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'thaw-generated-'));
  try {
    run('buf', ['generate', '--output', fresh]);
    run('diff', ['-r', join(fresh, 'libs', 'contracts', 'src', 'generated'), committed]);
    console.log('Generated code is up to date.');
  } catch {
    console.error('Generated code is not what proto/ makes: run `npm run generate` and commit the result.');
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true });
  }
} else {
  rmSync(committed, { recursive: true, force: true });
  run('buf', ['generate']);
}
