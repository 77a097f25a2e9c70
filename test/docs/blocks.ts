/** A fenced block of a page. */
export interface Block {
  /** The page, from the root of the repository. */
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** The first word behind the fence; empty where there is none. */
  readonly language: string;
  readonly code: string;
  readonly notes: Notes;
}

/**
 * What stands behind the language, for the test alone: readers do not see it.
 *
 * - `world`: how a person starts what the test has running
 * - `not-run="reason"`: only its syntax is checked
 * - `needs=tool`: run where the tool is, skipped with a line where it is not
 * - `file=name`: the file that the page tells to put it into; it is run from there
 * - `exit=n`: the exit code that the page speaks of, instead of 0
 * - `prints="text"`, `prints-error="text"`: part of what comes out
 * - `for=seconds`: it never ends by itself, and is ended after so long
 */
export type NoteName = (typeof NOTES)[number];
export type Notes = Readonly<Partial<Record<NoteName, string>>>;

const NOTES = ['world', 'not-run', 'needs', 'file', 'exit', 'prints', 'prints-error', 'for'] as const;

/** Blocks that are run, or of which it must be said why they are not. */
export const RUNNABLE = ['sh', 'js', 'ts', 'python', 'java'];
/** Blocks that are parsed. */
export const PARSED = ['json', 'yaml'];
/** Blocks that show something: output, drawings. */
export const SHOWN = ['text', 'mermaid'];

/** All fenced blocks of a page. @throws Error at a note that is none of {@link NOTES}, and at a fence without an end */
export function blocksOf(page: string, markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open:
    { readonly line: number; readonly info: string; readonly fence: string; readonly code: string[] } | undefined;
  for (const [i, text] of markdown.split('\n').entries()) {
    const [, fence = '', info = ''] = /^ {0,3}(`{3,})(.*)$/.exec(text) ?? [];
    if (open === undefined) {
      if (fence !== '') open = { line: i + 1, info: info.trim(), fence, code: [] };
    } else if (fence === open.fence && info.trim() === '') {
      const { line, code } = open;
      blocks.push({ page, line, code: `${code.join('\n')}\n`, ...infoOf(open.info, `${page}:${line}`) });
      open = undefined;
    } else {
      open.code.push(text);
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: this block has no end`);
  return blocks;
}

function infoOf(info: string, where: string): Pick<Block, 'language' | 'notes'> {
  const [language = ''] = info.split(/\s/, 1);
  const notes: Partial<Record<NoteName, string>> = {};
  for (const [, name = '', quoted, plain] of info.slice(language.length).matchAll(/([^\s=]+)(?:="([^"]*)"|=(\S+))?/g)) {
    const known = NOTES.find((note) => note === name);
    if (known === undefined) throw new Error(`${where}: "${name}" is none of ${NOTES.join(', ')}`);
    notes[known] = quoted ?? plain ?? '';
  }
  return { language, notes };
}

/** What is wrong with how a block is written; undefined: nothing. */
export function faultOf({ language, notes }: Block): string | undefined {
  if (language === '') return 'say its language, or `text` where it is output';
  if (![...RUNNABLE, ...PARSED, ...SHOWN].includes(language)) return `the test knows no "${language}"`;
  const isRunnable = RUNNABLE.includes(language);
  if (!isRunnable && Object.keys(notes).length > 0) return `${language} is not run, so notes mean nothing`;
  if (notes['not-run'] === '') return 'not-run="…" says why';
  if (isRunnable && language !== 'sh' && notes.file === undefined && notes['not-run'] === undefined) {
    return 'file=… says which file it is run from';
  }
  return undefined;
}
