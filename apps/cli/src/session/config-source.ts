import { Injectable } from '@nestjs/common';
import { type LoadedConfig, loadConfig, processEnvironment } from '@thaw/platform';

/** The configuration, read when a command first asks: `--help` works with a broken one. */
@Injectable()
export class ConfigSource {
  private loaded: LoadedConfig | undefined;

  /** @throws ThawError CONFIG_INVALID */
  load(): LoadedConfig {
    this.loaded ??= loadConfig(processEnvironment());
    return this.loaded;
  }
}
