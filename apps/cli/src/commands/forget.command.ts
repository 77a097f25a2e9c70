import { writeFile } from 'node:fs/promises';
import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { earlierReceipt, type ErasureReceipt, forget } from '../operator/forget.js';
import { newCommandId, openOperatorSession } from '../operator/operator-session.js';
import { receiptAsText } from '../operator/as-text.js';
import { ConfigSource } from '../session/config-source.js';
import { confirm } from '../terminal/confirm.js';
import { count } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP, COMMAND_ID_HELP, parseDuration } from './options.js';
import { quietLogger } from './quiet-logger.js';

interface ForgetOptions {
  readonly receipt?: string;
  readonly reason?: string;
  readonly commandId?: string;
  readonly timeout?: number;
  readonly graph?: string;
  readonly yes?: boolean;
}

const DEFAULT_TIMEOUT_MS = 60_000;

@Command({
  name: 'forget',
  arguments: '<customer>',
  argsDescription: { customer: 'the customer whose interactions are to be forgotten' },
  description: 'Forget a customer, and print a receipt once the graph has.',
})
export class ForgetCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([customerId = '']: string[], options: ForgetOptions = {}): Promise<void> {
    const receipt = await this.forget(customerId, options);
    if (options.receipt !== undefined) await writeReceipt(options.receipt, receipt);
    this.output.result({ ...receipt }, () => receiptAsText(receipt));
  }

  private async forget(customerId: string, options: ForgetOptions): Promise<ErasureReceipt> {
    const { reason = '', timeout = DEFAULT_TIMEOUT_MS, yes = false } = options;
    const loaded = this.source.load();
    const session = await openOperatorSession(loaded.config, quietLogger(loaded, this.output), {
      role: 'admin',
      what: 'thaw forget',
    });
    const services = openServices(loaded.config, options);
    try {
      const commandId = options.commandId ?? newCommandId();
      if (options.commandId !== undefined) {
        const earlier = await earlierReceipt(session, { commandId, customerId });
        if (earlier !== undefined) return earlier;
      }
      await services.graph.connect();
      const { products } = await services.graph.customer(customerId);
      await confirm(`This forgets ${customerId} and ${count(products)} products, for good`, yes);
      const request = { commandId, customerId, reason, timeoutMs: timeout, nowMs: Date.now() };
      return await forget(session, services.graph, request);
    } finally {
      services.close();
      await session.close();
    }
  }

  @Option({ flags: '--receipt <file>', description: 'write the receipt to a file too, as JSON' })
  receipt(file: string): string {
    return file;
  }

  @Option({ flags: '--reason <text>', description: 'why, for the audit' })
  reason(text: string): string {
    return text;
  }

  @Option({ flags: '--command-id <id>', description: COMMAND_ID_HELP })
  commandId(text: string): string {
    return text;
  }

  @Option({ flags: '--timeout <duration>', description: 'how long to wait for the graph (60s)' })
  timeout(text: string): number {
    return parseDuration(text);
  }

  @Option({ flags: '--graph <host:port>', description: `where apps/graph serves gRPC ${ADDRESS_HELP}` })
  graph(address: string): string {
    return address;
  }

  @Option({ flags: '--yes', description: 'do it without asking' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Every interaction of the customer up to now is taken back, with the pairs that it made, and one
that is delivered again stays out. What Kafka keeps of the original records on interactions
is for its retention to end: a receipt says so. The audit names the customer by a hash.

Examples:
  $ thaw forget ann
  $ thaw forget ann --yes --reason 'request 4711' --receipt ann.json`;
  }
}

async function writeReceipt(file: string, receipt: ErasureReceipt): Promise<void> {
  await writeFile(file, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600 }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError(
      'STORE_UNAVAILABLE',
      `The customer is forgotten, and the receipt could not be written to ${file}: ${why}. Run this again with ` +
        `--command-id ${receipt.commandId} and another file.`,
      { cause },
    );
  });
}
