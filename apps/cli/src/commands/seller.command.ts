import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { sellerAsText } from '../questions/nodes.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP, parseCount } from './options.js';

interface SellerOptions {
  readonly limit?: number;
  readonly recommender?: string;
}

const MOST = 1000;

@Command({
  name: 'seller',
  arguments: '<seller>',
  argsDescription: { seller: 'the seller' },
  description: 'Show what is known of a seller: listings, categories, vector.',
})
export class SellerCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([sellerId = '']: string[], options: SellerOptions = {}): Promise<void> {
    const services = openServices(this.source.load().config, options);
    try {
      const answer = await services.recommender.seller(sellerId, options.limit ?? 0);
      this.output.result({ ...answer }, () => sellerAsText(answer));
    } finally {
      services.close();
    }
  }

  @Option({ flags: '--limit <n>', description: 'how many of its listings are shown, 1 to 1,000 (20)' })
  limit(text: string): number {
    return parseCount(text, MOST);
  }

  @Option({ flags: '--recommender <host:port>', description: `where apps/recommender serves gRPC ${ADDRESS_HELP}` })
  recommender(address: string): string {
    return address;
  }

  @Help('after')
  examples(): string {
    return `
The graph holds listings of candidates and of products that share customers with one; what else
the seller lists is not counted here.

Examples:
  $ thaw seller s-1
  $ thaw seller s-1 --limit 1000 --output json | jq '.listed[].productId'`;
  }
}
