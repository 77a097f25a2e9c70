import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { takedownAsText } from '../operator/as-text.js';
import { newCommandId, openOperatorSession } from '../operator/operator-session.js';
import { earlierTakedown, isTakenDown, takedown } from '../operator/takedown.js';
import { ConfigSource } from '../session/config-source.js';
import { confirm } from '../terminal/confirm.js';
import { count } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP, COMMAND_ID_HELP, parseDuration } from './options.js';
import { quietLogger } from './quiet-logger.js';

interface TakedownOptions {
  readonly reason?: string;
  readonly commandId?: string;
  readonly timeout?: number;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly graph?: string;
  readonly recommender?: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;

@Command({
  name: 'takedown',
  arguments: '<product>',
  argsDescription: { product: 'the product that must not be recommended any more' },
  description: 'Remove a product from the catalogue, and wait until no answer holds it.',
})
export class TakedownCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([productId = '']: string[], options: TakedownOptions = {}): Promise<void> {
    const { reason = '', timeout = DEFAULT_TIMEOUT_MS, yes = false, force = false } = options;
    const loaded = this.source.load();
    const session = await openOperatorSession(loaded.config, quietLogger(loaded, this.output), {
      role: 'operator',
      what: 'thaw takedown',
    });
    const services = openServices(loaded.config, options);
    try {
      const commandId = options.commandId ?? newCommandId();
      const earlier = options.commandId && (await earlierTakedown(session, { commandId, productId }));
      if (earlier) {
        this.output.result({ ...earlier, already: false }, () => takedownAsText(earlier));
        return;
      }
      // Whoever is to obey must be there before anything is done.
      await services.graph.connect();
      const [before] = await Promise.all([services.graph.product(productId), services.recommender.servingStatus()]);
      if (isTakenDown(before)) {
        this.output.result({ productId, already: true, removedAtMs: before.eventTimeMs }, () => {
          return `${productId} is taken down already, since ${new Date(before.eventTimeMs).toISOString()}.`;
        });
        return;
      }
      if (!before.known && !force) throw unknown(productId);
      const what = `${count(before.listings)} sellers list it and ${count(before.customers)} customers touched it`;
      await confirm(`This removes ${productId} from the catalogue; ${what}`, yes);
      const request = { commandId, productId, reason, timeoutMs: timeout, nowMs: Date.now(), before };
      const done = await takedown(session, services, request);
      this.output.result({ ...done, already: false }, () => takedownAsText(done));
    } finally {
      services.close();
      await session.close();
    }
  }

  @Option({ flags: '--reason <text>', description: 'why, for the audit' })
  reason(text: string): string {
    return text;
  }

  @Option({ flags: '--command-id <id>', description: COMMAND_ID_HELP })
  commandId(text: string): string {
    return text;
  }

  @Option({ flags: '--timeout <duration>', description: 'how long to wait for graph and recommender, each (60s)' })
  timeout(text: string): number {
    return parseDuration(text);
  }

  @Option({ flags: '--force', description: 'also a product that no event has named yet' })
  force(): boolean {
    return true;
  }

  @Option({ flags: '--graph <host:port>', description: `where apps/graph serves gRPC ${ADDRESS_HELP}` })
  graph(address: string): string {
    return address;
  }

  @Option({ flags: '--recommender <host:port>', description: `where apps/recommender serves gRPC ${ADDRESS_HELP}` })
  recommender(address: string): string {
    return address;
  }

  @Option({ flags: '--yes', description: 'do it without asking' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
The newest event of a product wins: one that the marketplace sends later, with a later time,
brings it back. What is taken down already is left alone.

Examples:
  $ thaw takedown p-17
  $ thaw takedown p-17 --yes --reason 'recalled by its maker'`;
  }
}

function unknown(productId: string): ThawError {
  return new ThawError(
    'PRODUCT_UNKNOWN',
    `No event has named the product ${JSON.stringify(productId)}: look at the spelling. --force keeps it out before it comes.`,
    { details: { productId } },
  );
}
