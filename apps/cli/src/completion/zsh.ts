import { type CompletedCommand, flatten, keyOf, nameOf } from './command-tree.js';
import { indented, quoted } from './quote.js';

/** A script for zsh: to be sourced, or put as `_thaw` into a folder of $fpath. */
export function zshScript(root: CompletedCommand): string {
  const all = flatten(root);
  const paths = all.slice(1).map((command) => quoted(keyOf(command)));
  return `#compdef thaw
# Completion of thaw in zsh, made by \`thaw completion zsh\`.
_thaw() {
  local at='' i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      (${paths.join('|')}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at|\${words[CURRENT-1]}" in
${indented(all.flatMap(valueCases), '    ')}
  esac
  case "$at" in
${indented(all.map(foundCase), '    ')}
  esac
  (( \${#found} )) && _describe 'thaw' found || _files
}
if [[ "\${funcstack[1]}" == _thaw ]]; then _thaw "$@"; else compdef _thaw thaw; fi
`;
}

const valueCases = (command: CompletedCommand): string[] =>
  command.options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, choices }) => {
      const patterns = flags.map((flag) => quoted(`${keyOf(command)}|${flag}`)).join('|');
      return `(${patterns}) ${choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoted).join(' ')}`}; return ;;`;
    });

function foundCase(command: CompletedCommand): string {
  const entries = [
    ...command.commands.map((each) => entry(nameOf(each), each.description)),
    ...command.options.flatMap(({ flags, description }) => flags.map((flag) => entry(flag, description))),
  ];
  const give = `found=(${entries.join(' ')})`;
  return `(${quoted(keyOf(command))}) ${command.takesArguments ? `[[ "\${words[CURRENT]}" == -* ]] && ${give}` : give} ;;`;
}

/** \`_describe\` takes \`word:description\`. */
const entry = (word: string, description: string): string =>
  quoted(`${word.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);
