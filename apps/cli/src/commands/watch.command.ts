import { setTimeout as delay } from 'node:timers/promises';
import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { ConfigSource } from '../session/config-source.js';
import { interruptible } from '../session/interrupt.js';
import { Lookout, overviewAsJson, overviewLines } from '../status/look.js';
import { LiveBlock } from '../terminal/live-block.js';
import { Output } from '../terminal/output.js';
import { parseDuration } from './options.js';

interface WatchOptions {
  readonly every?: number;
}

const DEFAULT_EVERY_MS = 1000;

@Command({ name: 'watch', description: 'Keep showing what thaw status shows.' })
export class WatchCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], { every = DEFAULT_EVERY_MS }: WatchOptions = {}): Promise<void> {
    const lookout = new Lookout(this.source.load().config);
    const block = new LiveBlock(process.stdout);
    try {
      await interruptible(async (signal) => {
        while (!signal.aborted) {
          const overview = await lookout.look();
          const lines = overviewLines(overview);
          if (block.isLive && !this.output.isJson) block.update([...lines, 'Ctrl-C ends the watch.']);
          else this.output.result({ atMs: Date.now(), ...overviewAsJson(overview) }, () => `${lines.join('\n')}\n`);
          await delay(every, undefined, { signal }).catch(() => undefined); // an abort ends the loop
        }
      });
    } finally {
      lookout.close();
    }
  }

  @Option({ flags: '--every <time>', description: 'time between two looks: 500ms, 5s (1s)' })
  every(text: string): number {
    return parseDuration(text);
  }

  @Help('after')
  examples(): string {
    return `
On a terminal the lines are redrawn in place. With --output json every look is one line of JSON.
Ctrl-C ends it, with exit code 0.

Examples:
  $ thaw watch
  $ thaw watch --every 5s --output json | jq -c '[.atMs, .serving.context.version]'`;
  }
}
