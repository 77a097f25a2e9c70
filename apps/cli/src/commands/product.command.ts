import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { productAsText } from '../questions/nodes.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP } from './options.js';

interface ProductOptions {
  readonly recommender?: string;
  readonly graph?: string;
}

@Command({
  name: 'product',
  arguments: '<product>',
  argsDescription: { product: 'the product' },
  description: 'Show what is known of a product, in the reduced graph or not.',
})
export class ProductCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([productId = '']: string[], options: ProductOptions = {}): Promise<void> {
    const services = openServices(this.source.load().config, options);
    try {
      const facts = await services.graph.product(productId);
      if (!facts.known) {
        throw new ThawError(
          'PRODUCT_UNKNOWN',
          `No event has named the product ${JSON.stringify(productId)}: look at the spelling, or produce one.`,
          { details: { productId } },
        );
      }
      const served = await services.recommender.product(productId).catch((error: unknown) => {
        if (error instanceof ThawError && error.code === 'PRODUCT_UNKNOWN') return undefined;
        throw error;
      });
      this.output.result({ productId, graph: facts, served: served ?? null }, () =>
        productAsText(productId, facts, served),
      );
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
Customers and listings are those of apps/graph, exact; the products that it shares customers with
are those of the reduced graph that is served.

Examples:
  $ thaw product p-17
  $ thaw product p-17 --output json | jq .graph.customers`;
  }
}
