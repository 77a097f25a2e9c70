import { expect, test } from '@jest/globals';
import { modelCard } from './card.js';
import { draft } from './testing.fixture.js';

const files = [{ name: 'vectors.safetensors', bytes: 1234, sha256: 'ab'.repeat(32) }];
const manifest = (changes: Parameters<typeof draft>[0] = {}) => ({
  schemaVersion: 1 as const,
  version: 'v000007',
  ...draft(changes),
});

test('a card says what the version is, from what, how good, and whether it may serve', () => {
  const changes = {
    parent: 'v000006',
    kind: 'fine-tune' as const,
    metrics: { ...draft().metrics, shareColdSellers: 0.123456 },
  };
  const card = modelCard(manifest(changes), files, [{ title: 'Training', markdown: '![curves](curves.svg)' }]);
  for (const line of [
    '# Version v000007',
    'A fine-tune: settings kept, weights refitted from v000006.',
    '**Passed the gate**: the first version',
    '| made | 2023-11-14T22:13:20.000Z |',
    '| graph up to change | 42 |',
    '| of them candidates | 2 |',
    '| recall at100 | 0.25 |',
    '| serving recall at100 | not measured |',
    '| share cold sellers | 0.1235 |',
    '| co-interaction | 1 | 1.5 |',
    '| co interaction threshold | 3 |',
    '| index | {"kind":"exact"} |',
    `| vectors.safetensors | 1234 | ${'ab'.repeat(32)} |`,
    '## Training\n\n![curves](curves.svg)\n',
  ]) {
    expect(card).toContain(line);
  }
});

test('no text breaks out of its place', () => {
  const settings = { ...draft().settings, note: 'a | b\n# Not a heading <script>' };
  const card = modelCard(manifest({ settings, gate: { passed: false, reason: 'worse\n\n## by far' } }), files);
  expect(card).toContain('**Rejected by the gate**: worse ## by far\n');
  expect(card).toContain('| note | a \\| b # Not a heading \\<script> |\n');
});

test('times beyond the calendar are shown as numbers', () => {
  const card = modelCard(manifest({ dataWindow: { fromMs: 0, toMs: 9e15 } }), files);
  expect(card).toContain('1970-01-01T00:00:00.000Z to 9000000000000000 ms');
});
