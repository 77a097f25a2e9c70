import type { Manifest, ManifestFile } from './manifest.js';
import type { CardSection } from './port.js';

/** A cell of a table: on one line, and no end of it. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\|<`*_]/g, '\\$&');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

const time = (timeMs: number): string => new Date(timeMs).toISOString();
/** Dates end at 8.64e15 ms: an event's time may be anything. */
const timeOrNumber = (timeMs: number): string => (Math.abs(timeMs) <= 8.64e15 ? time(timeMs) : `${timeMs} ms`);
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
const figure = (value: number | null): string =>
  value === null ? 'not measured' : String(Number(value.toPrecision(4)));

/**
 * The model card, Markdown for people: what the version is, made from what, how good, and whether it may serve. The idea
 * is that of Mitchell et al., "Model Cards for Model Reporting" (2019).
 *
 * @param files all but the card itself and the manifest
 */
export function modelCard(
  manifest: Omit<Manifest, 'files'>,
  files: readonly ManifestFile[],
  sections: readonly CardSection[] = [],
): string {
  const { version, kind, parent, gate, counts, dataWindow, settings, metrics } = manifest;
  const { channels, ...others } = settings;
  const from = parent === null ? '' : ` from ${parent}`;
  const made =
    kind === 'full' ? 'A full retrain: settings chosen anew' : 'A fine-tune: settings kept, weights refitted';
  const parts = [
    `# Version ${version}`,
    `${made}${from}. It recommends to sellers products that customers want and few sellers list.`,
    gate.passed ? `**Passed the gate**: ${cell(gate.reason)}` : `**Rejected by the gate**: ${cell(gate.reason)}`,
    '## Data',
    table(
      ['', ''],
      [
        ['made', timeOrNumber(manifest.createdAtMs)],
        ['listings learned from', `${timeOrNumber(dataWindow.fromMs)} to ${timeOrNumber(dataWindow.toMs)}`],
        ['graph up to change', String(manifest.graphSequence)],
        ['products', String(counts.products)],
        ['of them candidates', String(counts.candidates)],
        ['sellers', String(counts.sellers)],
      ],
    ),
    '## Metrics',
    table(
      ['figure', 'value'],
      Object.entries(metrics).map(([name, value]) => [words(name), figure(value)]),
    ),
    '## Settings',
    table(
      ['channel', 'dimensions', 'weight'],
      channels.map(({ name, dimensions, weight }) => [name, String(dimensions), figure(weight)]),
    ),
    table(
      ['setting', 'value'],
      [...Object.entries(others), ['index', manifest.index] as const].map(([name, value]) => [
        words(name),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    '## Files',
    table(
      ['file', 'bytes', 'sha256'],
      files.map(({ name, bytes, sha256 }) => [name, String(bytes), sha256]),
    ),
    'The manifest, `manifest.json`, says the same for machines.',
    ...sections.flatMap(({ title, markdown }) => [`## ${title}`, markdown]),
  ];
  return `${parts.join('\n\n')}\n`;
}
