import { Inject, Injectable } from '@nestjs/common';
import type { operator } from '@thaw/contracts';
import { clientSecurity } from '@thaw/platform';
import type { Commanded, OperatorClient } from '../clients/operator.js';
import { RecommenderClient } from '../clients/recommender.js';
import { EXIT } from '../exit-codes.js';
import { grpcAddress } from '../session/addresses.js';
import { confirm } from '../terminal/confirm.js';
import type { ServingOptions } from './options.js';
import { TrainerLink } from './trainer-link.js';
import { waitUntilServed } from './wait-until-served.js';

const DEFAULT_WAIT_MS = 10_000;

export interface ServingChange {
  readonly options: ServingOptions;
  /** What will happen, from what is served now; undefined: nothing is asked. */
  readonly question?: (client: OperatorClient) => Promise<string>;
  readonly work: (client: OperatorClient, command: Commanded) => Promise<operator.Version>;
}

/** Commands that change which version is served: asked for, done, and seen at the recommender. */
@Injectable()
export class Serving {
  constructor(@Inject(TrainerLink) private readonly link: TrainerLink) {}

  async change({ options, question, work }: ServingChange): Promise<void> {
    if (question !== undefined && options.yes !== true) {
      await confirm(await this.link.ask(options.trainer, question), false);
    }
    await this.link.command(options, async (client, command) => {
      const startMs = performance.now();
      const version = await work(client, command);
      const seconds = options.wait !== false ? await this.seenAfter(version.version, startMs, options) : undefined;
      const result = {
        commandId: command.commandId,
        version,
        servedAfterSeconds: seconds ?? null,
      };
      this.link.output.result(result, () => textOf(version, seconds));
      if (options.wait !== false && seconds === undefined) {
        this.link.output.note('The recommender does not say yet that it serves it: see `thaw status`.');
        process.exitCode = EXIT.failure;
      }
    });
  }

  /** Seconds from the command to the recommender's word; undefined: not within the time. */
  private async seenAfter(
    version: string,
    startMs: number,
    { recommender, timeout = DEFAULT_WAIT_MS }: ServingOptions,
  ): Promise<number | undefined> {
    const { config } = this.link;
    const client = new RecommenderClient(recommender ?? grpcAddress(config, 'recommender'), clientSecurity(config));
    try {
      return (await waitUntilServed(client, version, timeout)) ? (performance.now() - startMs) / 1000 : undefined;
    } finally {
      client.close();
    }
  }
}

function textOf({ version, pinned }: operator.Version, seconds: number | undefined): string {
  const when = seconds === undefined ? ' is to be served' : ` is served, ${seconds.toFixed(2)} s after the command`;
  return `${version}${when}${pinned ? '. It stays until `thaw release`.' : '.'}`;
}

/** `This serves v000001 instead of v000003, until \`thaw release\``. */
export const serveQuestion = (version: string, serving: operator.Version | undefined): string =>
  `This serves ${version}${serving === undefined ? '' : ` instead of ${serving.version}`}, until \`thaw release\``;
