import { describe, expect, test } from '@jest/globals';
import { blocksOf, faultOf } from './blocks.js';

const page = (...lines: string[]) => blocksOf('docs/page.md', lines.join('\n'));
const faults = (...lines: string[]) => page(...lines).map(faultOf);

describe('blocks of a page', () => {
  test('have their language, notes, code and place', () => {
    const blocks = page(
      '# Page',
      '',
      '```sh needs=grpcurl prints="two words"',
      'a',
      '',
      'b',
      '```',
      '````text',
      '```',
      '````',
    );
    expect(blocks).toEqual([
      {
        page: 'docs/page.md',
        line: 3,
        language: 'sh',
        code: 'a\n\nb\n',
        notes: { needs: 'grpcurl', prints: 'two words' },
      },
      { page: 'docs/page.md', line: 8, language: 'text', code: '```\n', notes: {} },
    ]);
  });

  test('without an end, or with a note that nobody reads, are refused', () => {
    expect(() => page('```sh', 'a')).toThrow('docs/page.md:1');
    expect(() => page('```sh skip="why"', 'a', '```')).toThrow('"skip" is none of');
  });

  test('must be accounted for', () => {
    expect(faults('```', 'a', '```')).toEqual([expect.stringContaining('say its language')]);
    expect(faults('```cobol', 'a', '```')).toEqual([expect.stringContaining('knows no "cobol"')]);
    expect(faults('```text not-run="why"', 'a', '```')).toEqual([expect.stringContaining('notes mean nothing')]);
    expect(faults('```sh not-run', 'a', '```')).toEqual([expect.stringContaining('says why')]);
    expect(faults('```python', 'a', '```')).toEqual([expect.stringContaining('file=')]);
    expect(faults('```sh', 'a', '```', '```yaml', 'a: 1', '```', '```mermaid', '```')).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
