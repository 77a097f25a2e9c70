// Compiles every workspace's src/**/*.ts to dist/ with SWC, and the AssemblyScript kernels to WebAssembly.
// Only files whose source is newer than their output are compiled again; outputs without a source are removed.
// A workspace with a vite.config.mjs is a page: Vite bundles it as a whole, when any of its sources is newer.
import { transformFile } from '@swc/core';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swcOptions } from './swc-options.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const self = statSync(fileURLToPath(import.meta.url)).mtimeMs;

function* walk(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

const isStale = (source, output) =>
  !existsSync(output) || statSync(output).mtimeMs < Math.max(statSync(source).mtimeMs, self);

const packages = ['libs', 'apps']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
  .concat(join(root, 'bench'), join(root, 'deploy', 'dashboards'));

async function compile(source, output) {
  const { code, map } = await transformFile(source, { ...swcOptions, sourceMaps: true });
  mkdirSync(dirname(output), { recursive: true });
  const name = output.slice(output.lastIndexOf('/') + 1);
  writeFileSync(output, `${code}\n//# sourceMappingURL=${name}.map\n`);
  writeFileSync(`${output}.map`, map);
}

async function buildTypeScript(folder) {
  const src = join(folder, 'src');
  const dist = join(folder, 'dist');
  const wanted = new Set();
  const jobs = [];
  for (const source of walk(src)) {
    if (!source.endsWith('.ts') || /\.(spec|d)\.ts$/.test(source)) continue;
    const output = join(dist, relative(src, source)).replace(/\.ts$/, '.js');
    wanted.add(output).add(`${output}.map`);
    if (isStale(source, output)) jobs.push(compile(source, output));
  }
  await Promise.all(jobs);
  for (const file of walk(dist)) if (/\.js(\.map)?$/.test(file) && !wanted.has(file)) rmSync(file);
}

function buildAssembly(folder) {
  const assembly = join(folder, 'assembly');
  if (!existsSync(assembly)) return;
  for (const name of readdirSync(assembly)) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
    const source = join(assembly, name);
    const output = join(folder, 'dist', name.replace(/\.ts$/, '.wasm'));
    if (!isStale(source, output)) continue;
    mkdirSync(dirname(output), { recursive: true });
    const asc = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
    const config = join(assembly, 'asconfig.json');
    execFileSync(process.execPath, [asc, source, '--config', config, '--outFile', output], { stdio: 'inherit' });
  }
}

async function buildPage(folder) {
  const built = join(folder, 'dist', 'index.html');
  const sources = ['index.html', 'package.json', 'vite.config.mjs'].map((name) => join(folder, name));
  for (const source of walk(join(folder, 'src'))) if (!source.endsWith('.spec.ts')) sources.push(source);
  if (!sources.some((source) => isStale(source, built))) return;
  const { build } = await import('vite'); // loaded here: it takes as long as all the rest of a build with nothing to do
  await build({ configFile: join(folder, 'vite.config.mjs') });
}

const isPage = (folder) => existsSync(join(folder, 'vite.config.mjs'));

await Promise.all(packages.map((folder) => (isPage(folder) ? buildPage(folder) : buildTypeScript(folder))));
packages.forEach(buildAssembly);
