// Compiles hnswlib-node's addon to libs/index/native/hnsw-VARIANT.node, for the best processor that this machine's is or
// where that fails for the next: `avx512`, `avx2`, `portable`; or the variant that is named:
// `node scripts/build-native.mjs portable`.
// It is this package's install script. What was compiled from the same sources before is kept, so that a second install
// costs nothing. Where it cannot be compiled the install goes on: exact search works without, and whoever needs HNSW is
// told the reason, which is left in native/unavailable.txt.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnableBuilds } from './cpu.mjs';

const FLAGS = {
  avx512: '-O3 -march=x86-64-v4 -mprefer-vector-width=512',
  avx2: '-O3 -march=x86-64-v3',
  portable: '-O3',
};
const COMPILE_LIMIT_MS = 300_000;
const require = createRequire(import.meta.url);
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'native');
const reasonFile = join(folder, 'unavailable.txt');

/** What the outcome depends on: sources, flags, machine and C library (a checkout may be mounted into a container). */
function keyOf(variant, sources) {
  const hash = createHash('sha256');
  process.report.excludeNetwork = true;
  const { glibcVersionRuntime } = process.report.getReport().header;
  hash.update(JSON.stringify([FLAGS[variant], process.platform, process.arch, glibcVersionRuntime ?? null]));
  for (const name of ['binding.gyp', 'package.json']) hash.update(readFileSync(join(sources, name)));
  for (const name of readdirSync(join(sources, 'src'), { recursive: true }).sort()) {
    if (/\.(cc|h)$/.test(name)) hash.update(name).update(readFileSync(join(sources, 'src', name)));
  }
  return hash.digest('hex');
}

/** The headers that came with this Node, so that node-gyp need not fetch them. */
function headers() {
  const prefix = join(dirname(process.execPath), '..');
  const file = join(prefix, 'include', 'node', 'node_version.h');
  if (process.env.npm_config_nodedir || !existsSync(file)) return [];
  const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(file, 'latin1'))?.[1];
  return major === process.versions.node.split('.')[0] ? [`--nodedir=${prefix}`] : [];
}

function nodeGyp(args, env) {
  const script = process.env.npm_config_node_gyp; // npm names the one that it brings
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : [script ?? 'node-gyp', []];
  execFileSync(command, [...first, ...args], {
    env: { ...process.env, ...env },
    stdio: 'pipe',
    timeout: COMPILE_LIMIT_MS,
    maxBuffer: 1 << 28,
  });
}

/** In a process of its own: code that the machine cannot run ends that one. */
function tryOut(addon) {
  const program = `const { HierarchicalNSW } = require(${JSON.stringify(addon)});
    const index = new HierarchicalNSW('ip', 32); index.initIndex(2);
    for (const label of [0, 1]) index.addPoint(Array(32).fill(label), label);
    if (index.searchKnn(Array(32).fill(1), 1).neighbors[0] !== 1) throw new Error('it finds what it must not');`;
  execFileSync(process.execPath, ['-e', program], { stdio: 'pipe' });
}

function compile(variant) {
  const sources = dirname(require.resolve('hnswlib-node/package.json'));
  const addon = join(folder, `hnsw-${variant}.node`);
  const keyFile = join(folder, `hnsw-${variant}.key`);
  const key = keyOf(variant, sources);
  if (existsSync(addon) && existsSync(keyFile) && readFileSync(keyFile, 'latin1') === key) return;
  const flags = `${process.env.CXXFLAGS ?? ''} ${FLAGS[variant]}`.trim();
  try {
    nodeGyp(['rebuild', `--directory=${sources}`, '--loglevel=error', ...headers()], { CXXFLAGS: flags });
    const built = join(sources, 'build', 'Release', 'addon.node');
    tryOut(built);
    mkdirSync(folder, { recursive: true });
    rmSync(keyFile, { force: true });
    copyFileSync(built, `${addon}.new`);
    renameSync(`${addon}.new`, addon);
    writeFileSync(keyFile, key);
  } finally {
    rmSync(join(sources, 'build'), { recursive: true, force: true });
  }
}

/** The lines of a compiler's or node-gyp's output that say what is missing. */
function reasonOf(error) {
  const output = `${error.stderr ?? ''}`.split('\n').filter((line) => /error|not found|could not/i.test(line));
  return [error.message.split('\n')[0], ...output.slice(0, 8)].join('\n');
}

const [asked] = process.argv.slice(2);
if (asked !== undefined && !(asked in FLAGS)) {
  console.error(`There is no variant "${asked}": it is ${Object.keys(FLAGS).join(', ')}.`);
  process.exit(1);
}
const variants = asked ? [asked] : runnableBuilds();
const reasons = [];
let done;
for (const variant of variants) {
  try {
    compile(variant);
    done = variant;
    break;
  } catch (error) {
    reasons.push(`${variant}: ${reasonOf(error)}`);
  }
}
rmSync(reasonFile, { force: true });
if (done) console.log(`hnswlib-node: ${done}`);
else {
  mkdirSync(folder, { recursive: true });
  writeFileSync(reasonFile, reasons.join('\n'));
  console.warn(
    `The index for large candidate sets (hnswlib-node) could not be compiled; exact search works without it.\n` +
      `Install a C++ compiler, make and python3, then run: npm run native -w @thaw/index\n${reasons.join('\n')}`,
  );
  if (asked) process.exitCode = 1;
}
