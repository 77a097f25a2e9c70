import { Inject, Injectable } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { clientSecurity, type Config } from '@thaw/platform';
import { randomUUID } from 'node:crypto';
import { type Commanded, OperatorClient } from '../clients/operator.js';
import { grpcAddress } from '../session/addresses.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import type { ChangingOptions } from './options.js';

/** What a command of an operator speaks to. */
@Injectable()
export class TrainerLink {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) readonly output: Output,
  ) {}

  get config(): Config {
    return this.source.load().config;
  }

  /** @param address `--trainer`; default: where `thaw up` or the settings say */
  async ask<T>(address: string | undefined, work: (client: OperatorClient) => Promise<T>): Promise<T> {
    const { config } = this;
    const client = new OperatorClient(address ?? grpcAddress(config, 'trainer'), clientSecurity(config));
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  /** As `ask`, for what changes something: it has an id, with which it can be sent again without being done twice. */
  async command<T>(
    options: ChangingOptions,
    work: (client: OperatorClient, command: Commanded) => Promise<T>,
  ): Promise<T> {
    const commandId = options.commandId ?? randomUUID();
    try {
      return await this.ask(options.trainer, (client) => work(client, { commandId, reason: options.reason ?? '' }));
    } catch (error) {
      const { retryable } = ThawError.from(error);
      if (retryable) {
        this.output.note(
          `It may have been done all the same. To be sure, say it again with --command-id ${commandId}: it is not done twice.`,
        );
      }
      throw error;
    }
  }
}
