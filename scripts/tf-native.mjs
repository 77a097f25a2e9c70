// npm run tf:native [-- --gpu] [-- --webgpu]: fast tensor backends for training, in libs/tensor/native.
//
// tfjs-node's own installer fetches TensorFlow from a bucket of its makers. Here it comes from PyPI's wheel instead,
// which holds the same C library, and the binding is compiled against it. package.json and its lock stay as they are.
// Beside it, our fused kernels of the training step (libs/tensor/kernels) become operations of that TensorFlow.
// Needs Linux, npm, python3 with pip, and a C++ compiler. --gpu takes the CUDA build and NVIDIA's libraries (~4 GB);
// --webgpu fetches Dawn and the WebGPU backend instead and compiles nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TFJS = '4.22.0';
const TENSORFLOW = '2.21.0';
const PYTHON_TAG = '3.12'; // of the wheel; the Python that runs pip may be another
const NODE_API_HEADERS = '1.9.0';
const DAWN = '0.6.2';
/** What TensorFlow opens by name at run time, loaded with the binding so that it is found there. */
const CUDA_LIBRARIES =
  /^lib(cudart|cublas|cublasLt|cudnn|cufft|curand|cusolver|cusparse|nvJitLink|nccl|cupti)\.so\.\d+$/;

/** What the binding and the kernels include of the wheel's headers. */
const HEADERS = '^tensorflow/include/(Eigen|absl|google|ml_dtypes|tensorflow|tsl|unsupported|xla)/';
/** Of a processor's instructions, levels of x86-64 by what they add; the kernels are compiled for the highest. */
const LEVELS = [
  ['x86-64-v4', ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']],
  ['x86-64-v3', ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe']],
];

const home = join(dirname(fileURLToPath(import.meta.url)), '..', 'libs', 'tensor');
const folder = join(home, 'native');
const NODE_HEADERS = join(folder, 'node_modules', 'node-api-headers', 'include');
const KERNELS = join(folder, 'kernels.node');
const compiler = process.env.CXX ?? 'c++';

class Refusal extends Error {}

const run = (command, args, options = {}) => {
  try {
    return execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Refusal(`${command} is not installed, and this needs it`);
    throw new Refusal(`${command} failed, see above`);
  }
};

/** Adds npm packages to the folder, which is no workspace and has no lock. */
function installPackages(packages) {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'package.json');
  const known = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).dependencies : {};
  const dependencies = { ...known, ...packages };
  writeFileSync(manifest, `${JSON.stringify({ name: 'thaw-tensor-native', private: true, dependencies }, null, 2)}\n`);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
  run('npm', ['install', '--no-workspaces', ...quiet], { cwd: folder });
}

/** PyPI's wheels of Linux, fetched by pip, so that its index, proxy and cache settings hold. */
function downloadWheels(target, requirements) {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
  const tags = ['_2_27', '_2_28', '_2_17', '2014'].flatMap((tag) => ['--platform', `manylinux${tag}_${machine}`]);
  const wheel = ['--no-deps', '--only-binary=:all:', '--python-version', PYTHON_TAG, '--implementation', 'cp'];
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'];
  run('python3', [...pip, ...wheel, ...tags, '--dest', target, ...requirements]);
  return readdirSync(target).map((name) => join(target, name));
}

/** Unpacks the members of a wheel whose names match. */
function unpack(wheel, target, pattern) {
  const script = `import re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if re.search(sys.argv[3], name)])`;
  run('python3', ['-c', script, wheel, target, pattern]);
}

/** NVIDIA's packages that this build of TensorFlow asks for; its compiler is for what is not used here. */
function cudaRequirements(site) {
  const info = readdirSync(site).find((name) => name.endsWith('.dist-info'));
  const metadata = readFileSync(join(site, info, 'METADATA'), 'utf8');
  const found = [...metadata.matchAll(/^Requires-Dist: (nvidia-[^;\s]+)[^;]*;.*and-cuda/gm)].map(([, one]) => one);
  return found.filter((one) => !one.startsWith('nvidia-cuda-nvcc'));
}

function* files(place) {
  for (const entry of readdirSync(place, { withFileTypes: true })) {
    const path = join(place, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

function installTensorFlow(isGpu) {
  const name = isGpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  installPackages({ [name]: TFJS, 'node-api-headers': NODE_API_HEADERS });
  const binding = join(folder, 'node_modules', name);
  const site = join(binding, 'deps', 'site');
  rmSync(join(binding, 'deps'), { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  const downloads = mkdtempSync(join(tmpdir(), 'thaw-tensorflow-'));
  try {
    // PyPI's tensorflow is the CUDA build on x86-64, and without CUDA elsewhere; tensorflow-cpu is x86-64 only.
    const wanted = isGpu || process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu';
    console.log(`Fetching ${wanted} ${TENSORFLOW} from PyPI …`);
    const [wheel] = downloadWheels(join(downloads, 'tensorflow'), [`${wanted}==${TENSORFLOW}`]);
    unpack(wheel, site, `^tensorflow/libtensorflow|${HEADERS}|/METADATA$`);
    if (isGpu) {
      const requirements = cudaRequirements(site);
      console.log(`Fetching ${requirements.length} packages of NVIDIA …`);
      const wheels = downloadWheels(join(downloads, 'nvidia'), requirements);
      for (const one of wheels) unpack(one, site, '^nvidia/.*/lib/');
    }
  } finally {
    rmSync(downloads, { recursive: true });
  }
  console.log('Compiling the binding …');
  compileBinding(binding, site, isGpu);
  const hasKernels = !isGpu && compileKernels(site);
  rmSync(join(site, 'tensorflow', 'include'), { recursive: true });
  console.log('Trying it …');
  let trial = `const tf = require('${name}'); if (tf.ones([2, 2]).sum().dataSync()[0] !== 4) process.exit(1);`;
  if (hasKernels) {
    trial += `require('./kernels.node'); tf.backend().executeMultipleOutputs('ThawUnitRows', [], [tf.ones([2, 2])], 2);`;
  }
  run(process.execPath, ['-e', trial], { cwd: folder, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });
}

function compileBinding(home, site, isGpu) {
  const { binary } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const level = Math.max(...binary.napi_versions.filter((version) => version <= Number(process.versions.napi)));
  const target = join(home, 'lib', `napi-v${level}`);
  mkdirSync(target, { recursive: true });
  const tensorflow = join(site, 'tensorflow');
  const cuda = isGpu
    ? [...files(join(site, 'nvidia'))].filter((path) => CUDA_LIBRARIES.test(path.split('/').pop()))
    : [];
  const places = ['tensorflow', ...new Set(cuda.map((path) => dirname(path).slice(site.length + 1)))];
  run(compiler, [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w', `-DNAPI_VERSION=${level}`],
    ...[NODE_HEADERS, home, join(tensorflow, 'include')].map((path) => `-I${path}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(home, 'binding', name)),
    ...librariesOf(tensorflow),
    ...(cuda.length > 0 ? ['-Wl,--no-as-needed', ...cuda] : []),
    `-Wl,--disable-new-dtags,-rpath,${places.map((place) => `$ORIGIN/../../deps/site/${place}`).join(':')}`,
    ...['-o', join(target, 'tfjs_binding.node')],
  ]);
}

const librariesOf = (tensorflow) =>
  ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join(tensorflow, name));

/**
 * Compiles libs/tensor/kernels as a module of Node's that adds operations to the TensorFlow of the binding.
 * @returns whether it did: training works without them
 */
function compileKernels(site) {
  console.log('Compiling the fused kernels …');
  rmSync(KERNELS, { force: true });
  const tensorflow = join(site, 'tensorflow');
  const objects = mkdtempSync(join(tmpdir(), 'thaw-kernels-'));
  const compileTo = (name, options) => {
    const object = join(objects, `${name}.o`);
    run(compiler, ['-std=c++17', '-fPIC', ...options, '-c', join(home, 'kernels', `${name}.cc`), '-o', object]);
    return object;
  };
  try {
    // What TensorFlow's headers inline must be as it is in the wheel, so without the options of the arithmetic.
    const wheel = ['-DNDEBUG', '-DEIGEN_MAX_ALIGN_BYTES=64', '-D_GLIBCXX_USE_CXX11_ABI=1', '-DNAPI_VERSION=8'];
    const headers = [NODE_HEADERS, join(tensorflow, 'include')].map((path) => `-I${path}`);
    const arithmetic = ['-O3', '-fopenmp-simd', '-fno-math-errno', '-fno-trapping-math', ...levelOptions()];
    const linked = [
      compileTo('tensorflow_ops', ['-O2', '-w', ...wheel, ...headers]),
      ...['kernels', 'dropout'].map((name) => compileTo(name, arithmetic)),
    ];
    const origin = `$ORIGIN/${relative(folder, tensorflow)}`;
    const links = ['-shared', ...linked, ...librariesOf(tensorflow), `-Wl,--disable-new-dtags,-rpath,${origin}`];
    run(compiler, [...links, '-o', KERNELS]);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.log('The fused kernels do not compile here: training works without them, more slowly.');
    return false;
  } finally {
    rmSync(objects, { recursive: true });
  }
}

/** arm64 has one level, and the compiler takes it by itself. */
function levelOptions() {
  if (process.arch !== 'x64') return [];
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  const known = new Set(flags.trim().split(' '));
  const level = LEVELS.find(([, needs]) => needs.every((flag) => known.has(flag)));
  return level === undefined ? [] : [`-march=${level[0]}`, '-mprefer-vector-width=512'];
}

function installWebgpu() {
  installPackages({
    webgpu: DAWN,
    '@tensorflow/tfjs-core': TFJS,
    '@tensorflow/tfjs-backend-cpu': TFJS,
    '@tensorflow/tfjs-backend-webgpu': TFJS,
  });
}

try {
  const { values } = parseArgs({ options: { gpu: { type: 'boolean' }, webgpu: { type: 'boolean' } } });
  if (values.webgpu) installWebgpu();
  else {
    if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
      throw new Refusal('only Linux on x86-64 or arm64 has what this builds on; training runs on wasm without it');
    }
    if (values.gpu && process.arch !== 'x64') throw new Refusal('PyPI has the CUDA build for x86-64 only');
    installTensorFlow(values.gpu === true);
  }
  console.log(`Done: ${folder} (delete it to be rid of it).`);
} catch (error) {
  if (!(error instanceof Refusal) && !/^ERR_PARSE_ARGS/.test(error.code)) throw error;
  console.error(`tf:native: ${error.message}`);
  process.exitCode = 1;
}
