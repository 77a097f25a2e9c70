import { type CompletedCommand, flatten, keyOf, nameOf } from './command-tree.js';
import { indented, quoted } from './quote.js';

/** A script for bash 3.2 and newer, to be sourced. */
export function bashScript(root: CompletedCommand): string {
  const all = flatten(root);
  const paths = all.slice(1).map((command) => quoted(keyOf(command)));
  return `# Completion of thaw in bash, made by \`thaw completion bash\`.
_thaw() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${paths.join(' | ')}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$path|$before" in
${indented(all.flatMap(valueCases), '    ')}
  esac
  case "$path" in
${indented(all.map(wordsCase), '    ')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _thaw thaw
`;
}

/** After an option that takes a value come its choices, or whatever bash itself finds. */
const valueCases = (command: CompletedCommand): string[] =>
  command.options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, choices }) => {
      const patterns = flags.map((flag) => quoted(`${keyOf(command)}|${flag}`)).join(' | ');
      const words = choices.length === 0 ? '' : `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$word")); `;
      return `${patterns}) ${words}return ;;`;
    });

/** Commands and options; for one with arguments, options only where the word begins like one. */
function wordsCase(command: CompletedCommand): string {
  const options = command.options.flatMap(({ flags }) => flags);
  const words = quoted([...command.commands.map(nameOf), ...options].join(' '));
  const give = command.takesArguments ? `[[ "$word" != -* ]] || words=${words}` : `words=${words}`;
  return `${quoted(keyOf(command))}) ${give} ;;`;
}
