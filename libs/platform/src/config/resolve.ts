import type { Setting, SettingTable } from './setting.js';
import { nearestName } from './nearest.js';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of a setting came from. */
export type SettingSource = 'default' | 'env' | 'file';

export interface ResolvedSetting {
  readonly setting: Setting;
  /** What the text was read as; undefined when not set and without a default. */
  readonly value: unknown;
  readonly source: SettingSource;
}

/** Collects what is wrong instead of stopping at the first. */
export type Problems = string[];

/** Reads a text file, or throws. */
export type ReadText = (path: string) => string;

/** All settings of a table in its order. */
export const settingsOf = (table: SettingTable): readonly Setting[] =>
  Object.values(table).flatMap((group) => Object.values(group));

function textOf(
  setting: Setting,
  environment: Environment,
  readText: ReadText,
  problems: Problems,
): { text: string | undefined; source: SettingSource } {
  const direct = environment[setting.name] ?? '';
  const fileName = `${setting.name}_FILE`;
  const path = setting.fileVariant ? (environment[fileName] ?? '') : '';
  if (direct !== '' && path !== '') {
    problems.push(`${setting.name} and ${fileName} are both set: keep one of them`);
  } else if (path !== '') {
    try {
      return { text: readText(path).replace(/\r?\n$/, ''), source: 'file' };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${fileName} names a file that cannot be read: ${reason}`);
      return { text: undefined, source: 'file' };
    }
  }
  return direct === '' ? { text: setting.fallback, source: 'default' } : { text: direct, source: 'env' };
}

/** Reads one setting; what is wrong with it goes to `problems`. An empty variable counts as not set. */
export function resolveSetting(
  setting: Setting,
  environment: Environment,
  readText: ReadText,
  problems: Problems,
): ResolvedSetting {
  const { text, source } = textOf(setting, environment, readText, problems);
  if (text === undefined) return { setting, value: undefined, source };
  const parsed = setting.schema.safeParse(text);
  if (parsed.success) return { setting, value: parsed.data, source };
  const shown = setting.secret ? '' : ` ("${text.length > 80 ? `${text.slice(0, 80)}…` : text}")`;
  const reasons = parsed.error.issues.map((issue) => issue.message).join('; ');
  problems.push(`${setting.name}${shown} ${reasons}`);
  return { setting, value: undefined, source };
}

const namesOf = (settings: readonly Setting[]): readonly string[] =>
  settings.flatMap(({ name, fileVariant }) => (fileVariant ? [name, `${name}_FILE`] : [name]));

/**
 * What is wrong with the names of variables. Every unknown `THAW_…` is an error. `KAFKA_…` belongs to others too, so
 * there only a near miss of one of ours is: `KAFKA_BROKER` would otherwise quietly start the embedded broker.
 */
export function unknownNames(settings: readonly Setting[], environment: Environment): Problems {
  const known = namesOf(settings);
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && (environment[name] ?? '') !== '')
    .flatMap((name) => {
      const nearest = nearestName(name, known, name.startsWith('THAW_') ? undefined : 2);
      const isOurs = name.startsWith('THAW_') || (name.startsWith('KAFKA_') && nearest !== undefined);
      if (!isOurs) return [];
      const hint = nearest === undefined ? '`thaw config` lists all settings' : `did you mean ${nearest}?`;
      return [`${name} is no setting of Thaw: ${hint}`];
    });
}
