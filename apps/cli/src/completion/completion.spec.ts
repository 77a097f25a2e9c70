import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Command, Option } from 'commander';
import { thaw } from '../testing/thaw.js';
import { bashScript } from './bash.js';
import { commandTree } from './command-tree.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

/** What bash offers for a command line that ends where the cursor is. */
function offered(script: string, line: string): string[] {
  const words = line.split(' ');
  const array = words.map((word) => `'${word}'`).join(' ');
  const ask = `${script}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _thaw; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('completion in bash', () => {
  let script: string;
  beforeAll(async () => {
    script = (await thaw(['completion', 'bash'])).out;
  });

  test('offers every command that thaw --help lists', async () => {
    const { out } = await thaw(['--help']);
    const commands = [...out.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name!);
    expect(commands.length).toBeGreaterThan(15);
    expect(offered(script, 'thaw ')).toEqual(expect.arrayContaining(commands.filter((name) => name !== 'help')));
    expect(offered(script, 'thaw ver')).toEqual(expect.arrayContaining(['versions', 'verify']));
  });

  test('offers the options of a command, and what they take', () => {
    expect(offered(script, 'thaw retrain --')).toEqual(
      expect.arrayContaining(['--full', '--fine-tune', '--wait', '--reason', '--command-id', '--output', '--help']),
    );
    expect(offered(script, 'thaw retrain --output json --fi')).toEqual(['--fine-tune']);
    expect(offered(script, 'thaw retrain --output ')).toEqual(['text', 'json']);
    expect(offered(script, 'thaw retrain --reason ')).toEqual([]);
  });

  test('leaves arguments to bash, which finds files', () => {
    expect(offered(script, 'thaw import ')).toEqual([]);
    expect(offered(script, 'thaw import --ag')).toEqual(['--again']);
    expect(script).toContain('complete -o bashdefault -o default -F _thaw thaw');
  });
});

/** A program with what the real one may come to have: commands below commands, quotes and colons in descriptions. */
function program(): Command {
  const root = new Command('thaw').description('root');
  const letters = root.command('dead-letters').description("what could not be read: it's kept");
  letters.command('list').description('list them').addOption(new Option('-n, --limit <n>', 'how many: most'));
  letters
    .command('show')
    .argument('<letter>')
    .addOption(new Option('--as <form>', 'as').choices(['json', 'hex']));
  root.command('secret', { hidden: true });
  return root;
}

test('commands below commands are completed in bash', () => {
  const script = bashScript(commandTree(program()));
  expect(offered(script, 'thaw ')).toEqual(['dead-letters', '--help', '-h']);
  expect(offered(script, 'thaw dead-letters ')).toEqual(['list', 'show', '--help', '-h']);
  expect(offered(script, 'thaw dead-letters list -')).toEqual(['--limit', '-n', '--help', '-h']);
  expect(offered(script, 'thaw dead-letters list -n ')).toEqual([]);
  expect(offered(script, 'thaw dead-letters show --as h')).toEqual(['hex']);
});

const isThere = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};

/** Skipped where the shell is not installed. */
const where = (shell: string) => (isThere(shell) ? test : test.skip);

where('zsh')('zsh (skipped where it is not installed) offers commands and options with what they are', () => {
  const stubs = `compdef() { :; }
_files() { print -r -- files; }
_describe() { print -rl -- "\${(@P)2}"; }
compadd() { shift; print -rl -- "$@"; }`;
  const offers = (line: string): string[] => {
    const words = line.split(' ');
    const ask = `${stubs}\n${zshScript(commandTree(program()))}
words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _thaw`;
    return execFileSync('zsh', ['-f', '-c', ask], { encoding: 'utf8' }).trimEnd().split('\n');
  };
  expect(offers('thaw ')).toContain("dead-letters:what could not be read\\: it's kept");
  expect(offers('thaw dead-letters list -')).toContain('--limit:how many\\: most');
  expect(offers('thaw dead-letters show --as ')).toEqual(['json', 'hex']);
  expect(offers('thaw dead-letters show ')).toEqual(['files']);
});

where('fish')('fish (skipped where it is not installed) offers commands and options with what they are', () => {
  const offers = (line: string): string[] => {
    const ask = `${fishScript(commandTree(program()))}\ncomplete -C ${JSON.stringify(line)}`;
    return execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8' }).trimEnd().split('\n');
  };
  expect(offers('thaw ')).toContain("dead-letters\twhat could not be read: it's kept");
  expect(offers('thaw dead-letters list --')).toContain('--limit\thow many: most');
  expect(offers('thaw dead-letters show --as ')).toEqual(['hex\tas', 'json\tas']);
});
