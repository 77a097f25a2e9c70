import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { explanationAsText } from '../questions/explanation.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP } from './options.js';

interface ExplainOptions {
  readonly recommender?: string;
  readonly graph?: string;
}

@Command({
  name: 'explain',
  arguments: '<seller> <product>',
  argsDescription: { seller: 'the seller who is, or is not, recommended it', product: 'the product' },
  description: 'Say why a product is or is not recommended to a seller, with all the evidence.',
})
export class ExplainCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([sellerId = '', productId = '']: string[], options: ExplainOptions = {}): Promise<void> {
    const services = openServices(this.source.load().config, options);
    try {
      const [answer, facts] = await Promise.all([
        services.recommender.explain(sellerId, productId),
        services.graph.product(productId).catch(() => undefined),
      ]);
      this.output.result({ ...answer, graph: facts ?? null }, () => explanationAsText(answer, facts));
    } finally {
      services.close();
    }
  }

  @Option({ flags: '--recommender <host:port>', description: `where apps/recommender serves gRPC ${ADDRESS_HELP}` })
  recommender(address: string): string {
    return address;
  }

  @Option({ flags: '--graph <host:port>', description: `where apps/graph serves gRPC ${ADDRESS_HELP}` })
  graph(address: string): string {
    return address;
  }

  @Help('after')
  examples(): string {
    return `
Shows whether the product is a candidate and what decides that; its rank and score for the
seller, or where its score would place it; what each channel of the version adds to the score;
and the listings of the seller that speak for it.

Examples:
  $ thaw explain s-1 p-17
  $ thaw explain s-1 p-17 --output json | jq .channels`;
  }
}
