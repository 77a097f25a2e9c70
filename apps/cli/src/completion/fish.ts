import { type CompletedCommand, flatten, keyOf, nameOf } from './command-tree.js';
import { fishQuoted } from './quote.js';

/** A script for fish: to be sourced, or put as `thaw.fish` into ~/.config/fish/completions. */
export function fishScript(root: CompletedCommand): string {
  const all = flatten(root);
  const paths = all.slice(1).map((command) => fishQuoted(keyOf(command)));
  return `# Completion of thaw in fish, made by \`thaw completion fish\`.
function __thaw_at --description 'Whether the command line has come to this command of thaw'
  set -l at ''
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word" ${paths.join(' ')}; and set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
${all.flatMap(lines).join('\n')}
`;
}

function lines(command: CompletedCommand): string[] {
  const at = `complete -c thaw -n ${fishQuoted(`__thaw_at ${fishQuoted(keyOf(command))}`)}`;
  const commands = command.commands.map(
    (each) => `${at} -f -a ${fishQuoted(nameOf(each))} -d ${fishQuoted(each.description)}`,
  );
  const options = command.options.map(({ flags, description, takesValue, choices }) => {
    const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
    const value = choices.length > 0 ? ` -x -a ${fishQuoted(choices.join(' '))}` : takesValue ? ' -r' : '';
    return `${at} ${names.join(' ')}${value} -d ${fishQuoted(description)}`;
  });
  return [...commands, ...options];
}
