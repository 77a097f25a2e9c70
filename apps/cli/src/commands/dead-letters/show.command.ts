import { Inject } from '@nestjs/common';
import { Help, Option, CommandRunner, SubCommand } from 'nest-commander';
import { letterAsJson } from '../../dead-letters/as-json.js';
import { letterAsText } from '../../dead-letters/as-text.js';
import { Marks } from '../../dead-letters/marks.js';
import { selectLetters } from '../../dead-letters/select.js';
import { ConfigSource } from '../../session/config-source.js';
import { requireKafka } from '../../session/kafka.js';
import { Output } from '../../terminal/output.js';
import { parseCount } from '../options.js';
import { quietLogger } from '../quiet-logger.js';

interface ShowOptions {
  readonly bytes?: number;
}

const DEFAULT_BYTES = 2048;
const MOST_BYTES = 2 ** 21;

@SubCommand({
  name: 'show',
  arguments: '<letter>',
  argsDescription: { letter: 'such as interactions/3/8812, as the list names it' },
  description: 'Show one dead letter: why, its key, headers and bytes.',
})
export class DeadLettersShowCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([id = '']: string[], { bytes = DEFAULT_BYTES }: ShowOptions = {}): Promise<void> {
    const loaded = this.source.load();
    const session = await requireKafka(loaded.config, quietLogger(loaded, this.output));
    try {
      const { topicPrefix } = loaded.config.kafka;
      const marks = await Marks.read(session.kafka, topicPrefix);
      const [letter] = await selectLetters(session.kafka, topicPrefix, marks, { ids: [id] });
      const mark = marks.of(letter!);
      this.output.result(letterAsJson(letter!, mark, bytes), () => letterAsText(letter!, mark, bytes));
    } finally {
      await session.close();
    }
  }

  @Option({ flags: '--bytes <n>', description: `how much of the value is shown (${DEFAULT_BYTES})` })
  bytes(text: string): number {
    return parseCount(text, MOST_BYTES);
  }

  @Help('after')
  examples(): string {
    return `
Bytes that are no text are shown in hexadecimal. With --output json the value is in base64 too.

Examples:
  $ thaw dead-letters show products/0/17
  $ thaw dead-letters show products/0/17 --output json | jq -r .valueBase64 | base64 -d > corrected.json`;
  }
}
