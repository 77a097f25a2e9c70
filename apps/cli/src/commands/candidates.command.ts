import { Inject } from '@nestjs/common';
import { InvalidArgumentError } from 'commander';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openServices } from '../clients/services.js';
import { candidatesAsText, readCandidates } from '../questions/candidates.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import { ADDRESS_HELP, parseCount } from './options.js';

interface Bucket {
  readonly minListings: number;
  readonly maxListings: number;
}

interface CandidatesOptions {
  readonly bucket?: Bucket;
  readonly category?: string;
  readonly limit?: number;
  readonly page?: string;
  readonly recommender?: string;
}

const DEFAULT_LIMIT = 20;
const MOST = 100_000;

@Command({
  name: 'candidates',
  description: 'List what may be recommended, by listings and by demand.',
})
export class CandidatesCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], options: CandidatesOptions = {}): Promise<void> {
    const { bucket, category, limit = DEFAULT_LIMIT, page } = options;
    const services = openServices(this.source.load().config, options);
    try {
      const answer = await readCandidates(services.recommender, {
        ...bucket,
        limit,
        ...(category !== undefined && { categoryId: category }),
        ...(page !== undefined && { pageToken: page }),
      });
      this.output.result({ ...answer }, () => candidatesAsText(answer));
    } finally {
      services.close();
    }
  }

  @Option({ flags: '--bucket <listings>', description: 'only those with so many listings: 0, 1-3 or 4-9' })
  bucket(text: string): Bucket {
    const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
    if (from === undefined || Number(from) > Number(to)) {
      throw new InvalidArgumentError('Give a number of listings, or two such as 1-3.');
    }
    return { minListings: Number(from), maxListings: Number(to) };
  }

  @Option({ flags: '--category <id>', description: 'only products of this category' })
  category(text: string): string {
    return text;
  }

  @Option({ flags: '--limit <n>', description: `how many, 1 to 100,000 (${DEFAULT_LIMIT})` })
  limit(text: string): number {
    return parseCount(text, MOST);
  }

  @Option({ flags: '--page <token>', description: 'go on after the last candidate of an earlier answer' })
  page(text: string): string {
    return text;
  }

  @Option({ flags: '--recommender <host:port>', description: `where apps/recommender serves gRPC ${ADDRESS_HELP}` })
  recommender(address: string): string {
    return address;
  }

  @Help('after')
  examples(): string {
    return `
Counts the candidates by listings, beside the shares that the paper's table 1 has of them, and
lists those with the most customers. The graph moves between two pages.

Examples:
  $ thaw candidates --bucket 0
  $ thaw candidates --bucket 1-3 --category lamps --limit 100
  $ thaw candidates --output json | jq '.candidates[] | select(.hasVector | not)'`;
  }
}
