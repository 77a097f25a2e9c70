import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ThawError } from '@thaw/contracts';
import {
  type Environment,
  type Problems,
  type ReadText,
  type ResolvedSetting,
  type SettingSource,
  resolveSetting,
  settingsOf,
  unknownNames,
} from './resolve.js';
import type { Setting, SettingTable } from './setting.js';
import { SETTINGS, type Settings } from './settings.js';

/** The settings of Thaw, read and checked. Durations are milliseconds, sizes are bytes, paths are absolute. */
export type Config = Omit<Settings, 'paths'> & {
  readonly paths: { readonly dataDir: string; readonly cacheDir: string; readonly bundleDir: string };
};

/** A setting as `thaw config` shows it. */
export interface SettingReport {
  readonly name: string;
  /** As it is used: durations in milliseconds, sizes in bytes. Secrets are `***`; null: not set. */
  readonly value: unknown;
  readonly source: SettingSource;
  readonly description: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Every setting in the order of the table, secrets redacted. */
  readonly report: readonly SettingReport[];
  /** The values of secrets that are set, for the logger to redact wherever they turn up. */
  readonly secrets: readonly string[];
}

interface LoadOptions {
  /** Relative paths start here. */
  readonly cwd?: string;
  readonly readText?: ReadText;
}

const REDACTED = '***';

/** Settings that only make sense together. */
function inconsistencies({ kafka, security }: Settings): Problems {
  const problems: Problems = [];
  if ((security.tlsCert === undefined) !== (security.tlsKey === undefined))
    problems.push('THAW_TLS_CERT and THAW_TLS_KEY must be set together');
  if (security.tlsClientCa !== undefined && security.tlsCert === undefined)
    problems.push('THAW_TLS_CERT must be set with THAW_TLS_CLIENT_CA');
  if (kafka.saslMechanism !== undefined) {
    if (kafka.saslUsername === undefined) problems.push('KAFKA_SASL_USERNAME must be set with KAFKA_SASL_MECHANISM');
    if (kafka.saslPassword === undefined)
      problems.push('KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE must be set with KAFKA_SASL_MECHANISM');
  } else if (kafka.saslUsername !== undefined || kafka.saslPassword !== undefined) {
    problems.push('KAFKA_SASL_MECHANISM must be set with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
  }
  if ((kafka.sslCert === undefined) !== (kafka.sslKey === undefined))
    problems.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY must be set together');
  const tlsDetails = kafka.sslCa !== undefined || kafka.sslCert !== undefined || kafka.sslKey !== undefined;
  if (!kafka.ssl && tlsDetails) problems.push('KAFKA_SSL_ENABLED must be true for the other KAFKA_SSL_ settings');
  const remoteOnly = kafka.ssl || kafka.saslMechanism !== undefined;
  if (remoteOnly && kafka.brokers === undefined)
    problems.push('KAFKA_BROKERS must be set with KAFKA_SSL_ENABLED or KAFKA_SASL_MECHANISM');
  return problems;
}

function assemble(resolved: ReadonlyMap<string, ResolvedSetting>): Settings {
  const groups = Object.entries<SettingTable[string]>(SETTINGS).map(([group, settings]) => {
    const values = Object.entries(settings).map(([key, { name }]) => [key, resolved.get(name)?.value]);
    return [group, Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(groups) as unknown as Settings;
}

function withAbsolutePaths(settings: Settings, environment: Environment, cwd: string): Config {
  const cacheHome = environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const { dataDir, cacheDir, bundleDir } = settings.paths;
  const paths = {
    dataDir: resolve(cwd, dataDir),
    cacheDir: resolve(cwd, cacheDir ?? join(cacheHome, 'thaw')),
    bundleDir: resolve(cwd, bundleDir ?? join(dataDir, 'bundles')),
  };
  return { ...settings, paths };
}

/**
 * Reads all settings from variables like those of `process.env`.
 * @throws ThawError CONFIG_INVALID that lists everything that is wrong, in `details.problems` too.
 */
export function loadConfig(environment: Environment, options: LoadOptions = {}): LoadedConfig {
  const { cwd = process.cwd(), readText = (path: string) => readFileSync(resolve(cwd, path), 'utf8') } = options;
  const settings = settingsOf(SETTINGS);
  const problems: Problems = [];
  const resolved = settings.map((setting) => resolveSetting(setting, environment, readText, problems));
  const partial = assemble(new Map(resolved.map((entry) => [entry.setting.name, entry])));
  // Half-read settings would be reported a second time as missing ones.
  if (problems.length === 0) problems.push(...inconsistencies(partial));
  problems.push(...unknownNames(settings, environment));
  if (problems.length > 0) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new ThawError('CONFIG_INVALID', `${problems.length} setting(s) cannot be used:\n${list}`, {
      details: { problems },
    });
  }
  const config = withAbsolutePaths(partial, environment, cwd);
  const paths: Readonly<Record<string, string>> = {
    [SETTINGS.paths.dataDir.name]: config.paths.dataDir,
    [SETTINGS.paths.cacheDir.name]: config.paths.cacheDir,
    [SETTINGS.paths.bundleDir.name]: config.paths.bundleDir,
  };
  return {
    config,
    report: resolved.map(({ setting, value, source }) => ({
      name: setting.name,
      value: value !== undefined && setting.secret ? REDACTED : (paths[setting.name] ?? value ?? null),
      source,
      description: setting.schema.description ?? '',
    })),
    secrets: resolved
      .flatMap(({ setting, value }) => (setting.secret && value !== undefined ? secretsOf(setting, value) : []))
      .filter((text) => text !== ''),
  };
}

const secretsOf = (setting: Setting, value: unknown): readonly string[] =>
  setting.secretsOf?.(value) ?? [value].flat().filter((text) => typeof text === 'string');

/** The variables of this process: the only place where Thaw reads them. */
export const processEnvironment = (): Environment => ({ ...process.env });
