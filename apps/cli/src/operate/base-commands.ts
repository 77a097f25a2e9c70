import { Inject } from '@nestjs/common';
import { CommandRunner, Option } from 'nest-commander';
import { parseDuration } from '../commands/options.js';
import { Serving } from './serving.js';
import { TrainerLink } from './trainer-link.js';

/** The options that commands to the operator service have in common; nest-commander takes them from methods. */
export abstract class TrainerCommand extends CommandRunner {
  constructor(@Inject(TrainerLink) protected readonly link: TrainerLink) {
    super();
  }

  @Option({
    flags: '--trainer <host:port>',
    description: 'where apps/trainer serves gRPC (that of thaw up, or the settings)',
  })
  trainer(address: string): string {
    return address;
  }
}

/** Of those that change something. */
export abstract class ChangingCommand extends TrainerCommand {
  @Option({ flags: '--reason <text>', description: 'why, for the audit' })
  reason(text: string): string {
    return text;
  }

  @Option({
    flags: '--command-id <uuid>',
    description: 'repeat a command: what was done under this id is not done twice',
  })
  commandId(id: string): string {
    return id;
  }
}

/** Of those that change which version is served: they wait until it is. */
export abstract class ServingCommand extends ChangingCommand {
  constructor(
    @Inject(TrainerLink) link: TrainerLink,
    @Inject(Serving) protected readonly serving: Serving,
  ) {
    super(link);
  }

  @Option({ flags: '--no-wait', description: 'do not wait until the recommender serves it' })
  wait(): boolean {
    return false;
  }

  @Option({ flags: '--timeout <time>', description: 'how long to wait for that: 500ms, 30s (10s)' })
  timeout(text: string): number {
    return parseDuration(text);
  }

  @Option({
    flags: '--recommender <host:port>',
    description: 'where apps/recommender serves gRPC (that of thaw up, or the settings)',
  })
  recommender(address: string): string {
    return address;
  }
}

/** Of those that ask first. */
export abstract class ConfirmedServingCommand extends ServingCommand {
  @Option({ flags: '--yes', description: 'do not ask' })
  yes(): boolean {
    return true;
  }
}
