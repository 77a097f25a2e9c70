import { Inject } from '@nestjs/common';
import { INPUT_TOPICS, type InputTopic, ThawError } from '@thaw/contracts';
import { Help, Option, CommandRunner, SubCommand } from 'nest-commander';
import { letterAsJson } from '../../dead-letters/as-json.js';
import { surveyAsText } from '../../dead-letters/as-text.js';
import { surveyLetters } from '../../dead-letters/survey.js';
import { ConfigSource } from '../../session/config-source.js';
import { requireKafka } from '../../session/kafka.js';
import { Output } from '../../terminal/output.js';
import { parseCount } from '../options.js';
import { quietLogger } from '../quiet-logger.js';

interface ListOptions {
  readonly all?: boolean;
  readonly limit?: number;
}

const DEFAULT_LIMIT = 20;
const MOST = 10_000;

@SubCommand({
  name: 'list',
  arguments: '[topic]',
  argsDescription: { topic: 'list the letters of this topic one by one: interactions, listings, products, …' },
  description: 'Count the dead letters, by topic and by reason.',
})
export class DeadLettersListCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([topic]: string[], { all = false, limit }: ListOptions = {}): Promise<void> {
    const one = topic === undefined ? undefined : checkedTopic(topic);
    const loaded = this.source.load();
    const session = await requireKafka(loaded.config, quietLogger(loaded, this.output));
    try {
      const isOneByOne = one !== undefined || all || limit !== undefined;
      const survey = await surveyLetters(session.kafka, loaded.config.kafka.topicPrefix, {
        ...(one !== undefined && { topic: one }),
        limit: isOneByOne ? (limit ?? DEFAULT_LIMIT) : 0,
        all,
      });
      const letters = survey.letters.map(({ letter, mark }) => letterAsJson(letter, mark, 0));
      this.output.result({ ...survey, letters }, () => surveyAsText(survey, Date.now()));
    } finally {
      await session.close();
    }
  }

  @Option({ flags: '--all', description: 'list also those that were replayed or dropped' })
  all(): boolean {
    return true;
  }

  @Option({ flags: '--limit <n>', description: `letters listed one by one, the newest (${DEFAULT_LIMIT})` })
  limit(text: string): number {
    return parseCount(text, MOST);
  }

  @Help('after')
  examples(): string {
    return `
Examples:
  $ thaw dead-letters list
  $ thaw dead-letters list products --limit 100
  $ thaw dead-letters list --output json | jq '[.topics[].open] | add'`;
  }
}

function checkedTopic(text: string): InputTopic {
  const topic = INPUT_TOPICS.find((name) => name === text.replace(/\.dlq$/, ''));
  if (topic !== undefined) return topic;
  throw new ThawError(
    'REQUEST_INVALID',
    `There are no dead letters of ${text}: name one of ${INPUT_TOPICS.join(', ')}.`,
  );
}
