import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { clientSecurity, type LoadedConfig } from '@thaw/platform';
import { Command, CommandRunner, Help } from 'nest-commander';
import { OperatorClient } from '../clients/operator.js';
import { openServices } from '../clients/services.js';
import { type CheckedFinding, runChecks } from '../doctor/check.js';
import { kafkaChecks } from '../doctor/kafka.js';
import { machineChecks } from '../doctor/machine.js';
import { findingsAsJson, findingsAsText, hasFailed } from '../doctor/report.js';
import { runningChecks } from '../doctor/running.js';
import { settingsCheck } from '../doctor/settings.js';
import { EXIT } from '../exit-codes.js';
import { grpcAddress } from '../session/addresses.js';
import { ConfigSource } from '../session/config-source.js';
import { existingKafka } from '../session/kafka.js';
import { Output } from '../terminal/output.js';
import { quietLogger } from './quiet-logger.js';

/** All checks run side by side, so this bounds the whole. */
const CHECK_MS = 8000;
const CALL_MS = 5000;
const PING_MS = 5000;

@Command({ name: 'doctor', description: 'Check this machine and what runs, and say what to do.' })
export class DoctorCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(): Promise<void> {
    const startedAt = performance.now();
    const findings = await this.examine();
    const tookMs = performance.now() - startedAt;
    this.output.result(findingsAsJson(findings, tookMs), () => findingsAsText(findings, tookMs));
    if (hasFailed(findings)) process.exitCode = EXIT.failure;
  }

  @Help('after')
  examples(): string {
    return `
Looks at the machine (Node, Java, disk, native code), at Kafka and its topics, and at the apps
that \`thaw up\` runs or the settings name. Exits with 1 if anything failed; a warning is no
failure. No check takes longer than ${CHECK_MS / 1000} seconds, and they run side by side.

Examples:
  $ thaw doctor
  $ thaw doctor --output json | jq '.checks[] | select(.verdict != "ok")'`;
  }

  private async examine(): Promise<readonly CheckedFinding[]> {
    let loaded: LoadedConfig;
    try {
      loaded = this.source.load();
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
      return [{ name: 'settings', verdict: 'fail', what: error.message, todo: 'Mend these settings first.' }];
    }
    const { config } = loaded;
    const services = openServices(config, {});
    const operator = new OperatorClient(grpcAddress(config, 'trainer'), clientSecurity(config));
    const session = existingKafka(config, quietLogger(loaded, this.output), PING_MS);
    session.catch(() => undefined); // the check of the broker says so
    try {
      return await runChecks(
        [
          ...machineChecks(config),
          settingsCheck(config),
          ...kafkaChecks({ config, session, graph: services.graph }, CALL_MS),
          ...runningChecks({ config, operator, recommender: services.recommender, callMs: CALL_MS }),
        ],
        CHECK_MS,
      );
    } finally {
      services.close();
      operator.close();
      // A broker that does not answer is not waited for.
      void session.then((open) => open?.close()).catch(() => undefined);
    }
  }
}
