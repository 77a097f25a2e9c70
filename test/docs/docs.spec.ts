import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { eventually } from '../support/graph-process.js';
import { type Block, blocksOf, faultOf, PARSED, RUNNABLE } from './blocks.js';
import { runBlock, syntaxError } from './run-block.js';
import { Tools } from './tools.js';
import { World } from './world.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** In the order of a reader; what takes something away comes last. */
const FIRST = ['README.md', 'docs/README.md', 'docs/quickstart.md', 'docs/producing-events.md', 'docs/querying.md'];
const LAST = ['docs/runbook.md', 'docs/operations.md', 'deploy/README.md'].filter((page) =>
  existsSync(`${ROOT}${page}`),
);
const OTHERS = readdirSync(`${ROOT}docs`)
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .filter((page) => !FIRST.includes(page) && !LAST.includes(page));
const PAGES = [...FIRST, ...OTHERS.sort(), ...LAST];

const blocks = PAGES.flatMap((page) => blocksOf(page, readFileSync(`${ROOT}${page}`, 'utf8')));
const tools = Tools.prepare();

const titleOf = ({ line, language, code }: Block): string => `line ${line}, ${language}: ${code.split('\n', 1)[0]}`;

let world: World;
beforeAll(async () => {
  world = await World.start(tools);
}, 240_000);
afterAll(async () => {
  await world.stop();
}, 60_000);

/** Why a block is not run; undefined: it is. */
function reasonAgainst({ page, line, notes }: Block): string | undefined {
  if (notes['not-run'] !== undefined) return notes['not-run'];
  if (notes.world !== undefined) return 'it starts what the other blocks are run against';
  const missing = notes.needs === undefined ? undefined : tools.missing(notes.needs);
  // Where tools are missing people are to know: a skipped test of Jest does not say why.
  if (missing !== undefined) process.stderr.write(`${page}:${line} is not run, it needs ${notes.needs}: ${missing}\n`);
  return missing;
}

describe.each(PAGES)('%s', (page) => {
  const own = blocks.filter((block) => block.page === page);

  test('says of every block what it is, and links to what is there', () => {
    const faults = own.map((block) => [block.line, faultOf(block)] as const).filter(([, fault]) => fault !== undefined);
    expect(faults).toEqual([]);
    expect(brokenLinks(page)).toEqual([]);
  });

  for (const block of own.filter(({ language }) => PARSED.includes(language))) {
    test(titleOf(block), () => {
      expect(() => (block.language === 'json' ? JSON.parse(block.code) : parse(block.code)) as unknown).not.toThrow();
    });
  }

  for (const block of own.filter(({ language }) => RUNNABLE.includes(language))) {
    const against = reasonAgainst(block);
    if (against !== undefined) {
      test(`${titleOf(block)} (not run: ${against})`, () => {
        expect(syntaxError(block)).toBeUndefined();
      });
      continue;
    }
    test(titleOf(block), async () => {
      const { exit, out, err } = await runBlock(block, world, tools);
      const { notes } = block;
      expect({ exit, err: exit === Number(notes.exit ?? 0) ? '' : err }).toEqual({
        exit: Number(notes.exit ?? 0),
        err: '',
      });
      if (notes.prints !== undefined) expect(out).toContain(notes.prints);
      if (notes['prints-error'] !== undefined) expect(err).toContain(notes['prints-error']);
    });
  }

  if (page === 'docs/producing-events.md') {
    test('all that the examples sent has arrived, and nothing of it is a dead letter', async () => {
      const has = (tool: string): number => (tools.missing(tool) === undefined ? 1 : 0);
      // ann and ben of the quickstart, erin and finn by kafkajs.
      const customers = 4 + 2 * has('kafka-tools') + has('python') + has('java');
      const kettle = await eventually(async () => {
        const product = await world.product('kettle');
        return product.customers >= customers ? product : undefined;
      }, `${customers} customers have touched the kettle`);
      expect(kettle).toMatchObject({ customers, listings: 1 + has('python') });
      expect(await world.deadLetters()).toBe(0);
    });
  }
});

test('what starts the world is what npm start runs', () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['start']).toBe('npm run --silent build && node apps/cli/dist/main.js up');
  const commands = blocks
    .filter(({ notes }) => notes.world !== undefined)
    .flatMap(({ code }) => code.trim().split(/\n|&&/));
  expect(new Set(commands.map((command) => command.trim()))).toEqual(new Set(['npm ci', 'npm start']));
});

/** Relative links of a page that lead to no file. */
function brokenLinks(page: string): readonly string[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) => link);
  return links.filter((link) => !existsSync(new URL(link, `file://${ROOT}${page}`)));
}
