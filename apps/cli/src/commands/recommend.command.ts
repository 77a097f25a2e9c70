import { Inject } from '@nestjs/common';
import { type recommender, ThawError } from '@thaw/contracts';
import { clientSecurity } from '@thaw/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { RecommenderClient } from '../clients/recommender.js';
import { recommendationsAsText } from '../recommend/as-text.js';
import { grpcAddress } from '../session/addresses.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import { parseList, parseWhole } from './options.js';

interface RecommendOptions {
  readonly listed?: readonly string[];
  readonly limit?: number;
  readonly category?: readonly string[];
  readonly exclude?: readonly string[];
  readonly explain?: boolean;
  readonly recommender?: string;
}

@Command({
  name: 'recommend',
  arguments: '[seller]',
  argsDescription: { seller: 'the seller to recommend for' },
  description: 'Ask which products a seller should list next.',
})
export class RecommendCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([seller]: string[], options: RecommendOptions = {}): Promise<void> {
    const request: recommender.RecommendRequest = {
      seller: sellerOf(seller, options.listed),
      limit: options.limit ?? 0,
      categoryIds: [...(options.category ?? [])],
      excludeProductIds: [...(options.exclude ?? [])],
      explain: options.explain === true,
    };
    const { config } = this.source.load();
    const client = new RecommenderClient(
      options.recommender ?? grpcAddress(config, 'recommender'),
      clientSecurity(config),
    );
    try {
      const answer = await client.recommend(request);
      this.output.result({ ...answer }, () => recommendationsAsText(answer));
    } finally {
      client.close();
    }
  }

  @Option({ flags: '--listed <ids>', description: 'instead of a seller: products that a new one means to list' })
  listed(text: string): readonly string[] {
    return parseList(text);
  }

  @Option({ flags: '--limit <n>', description: 'how many, 1 to 1,000 (20)' })
  limit(text: string): number {
    return parseWhole(text);
  }

  @Option({ flags: '--category <ids>', description: 'only products of these categories' })
  category(text: string): readonly string[] {
    return parseList(text);
  }

  @Option({ flags: '--exclude <ids>', description: 'leave these products out' })
  exclude(text: string): readonly string[] {
    return parseList(text);
  }

  @Option({ flags: '--explain', description: 'say why each product is recommended' })
  explain(): boolean {
    return true;
  }

  @Option({
    flags: '--recommender <host:port>',
    description: 'where apps/recommender serves gRPC (that of thaw up, or the settings)',
  })
  recommender(address: string): string {
    return address;
  }

  @Help('after')
  examples(): string {
    return `
Every answer names the version that ranked it, how far the graph has been followed, and
whether and why it is not what was asked for: a seller that is not known gets the products
in demand.

Examples:
  $ thaw recommend s12
  $ thaw recommend s12 --limit 5 --explain
  $ thaw recommend --listed p17,p99 --category candles
  $ thaw recommend s12 --output json | jq '.products[].productId'`;
  }
}

function sellerOf(
  seller: string | undefined,
  listed: readonly string[] | undefined,
): recommender.RecommendRequest['seller'] {
  if (seller !== undefined && listed === undefined) return { $case: 'sellerId', value: seller };
  if (seller === undefined && listed !== undefined) {
    return { $case: 'listedProducts', value: { productIds: [...listed] } };
  }
  throw new ThawError(
    'REQUEST_INVALID',
    seller === undefined
      ? 'Say whom to recommend for: a seller, or --listed with the products that a new one means to list.'
      : 'Give a seller or --listed, not both.',
  );
}
