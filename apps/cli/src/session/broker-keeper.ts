import type { EmbeddedBroker } from '@thaw/kafka';
import type { Logger } from '@thaw/platform';

export interface BrokerKeeperOptions {
  readonly broker: EmbeddedBroker;
  /** Starts another broker on the same data and port. */
  readonly restart: () => Promise<EmbeddedBroker>;
  readonly logger: Logger;
  /** Called when it cannot be started again. */
  readonly onGone: (error: unknown) => void;
}

/** Starts the embedded broker again when it ends by itself. Clients find it at the same address and go on. */
export class BrokerKeeper {
  private broker: EmbeddedBroker;
  private stopping = false;
  private readonly watching: Promise<void>;

  constructor(private readonly options: BrokerKeeperOptions) {
    this.broker = options.broker;
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.broker.stop();
    await this.watching;
  }

  private async watch(): Promise<void> {
    const { logger, restart, onGone } = this.options;
    for (;;) {
      const how = await this.broker.exited;
      if (this.stopping) return;
      logger.error({ ended: how }, 'the embedded Kafka ended; starting it again');
      try {
        await this.broker.kill(); // gives its data directory back
        this.broker = await restart();
      } catch (error) {
        onGone(error);
        return;
      }
    }
  }
}
