import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputs } from './outputs.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const wanted = outputs();

/** Files that are here and that nothing makes any more. */
const folder = 'deploy/grafana/dashboards';
const left = readdirSync(join(root, folder))
  .map((name) => `${folder}/${name}`)
  .filter((path) => path.endsWith('.json') && !wanted.has(path));

if (process.argv.includes('--check')) {
  const differs = [...wanted]
    .filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text)
    .map(([path]) => path);
  const wrong = [...differs, ...left];
  if (wrong.length === 0) console.log('Dashboards and docs/metrics.md are up to date.');
  else {
    console.error(`Not what the code makes: ${wrong.join(', ')}. Run \`npm run dashboards\` and commit the result.`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of wanted) writeFileSync(join(root, path), text);
  for (const path of left) rmSync(join(root, path));
  console.log([...wanted.keys()].join('\n'));
}
