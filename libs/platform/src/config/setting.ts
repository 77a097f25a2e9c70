import type { z } from 'zod';

/** One setting: its name in the environment, how its text is read, and what to use when it is not set. */
export interface Setting<Value = unknown> {
  readonly name: string;
  /** Reads the text of the variable. Its `.describe()` is the documentation of the setting. */
  readonly schema: z.ZodType<Value, string>;
  /** Text to read in place of a variable that is not set; undefined: the setting is then undefined. */
  readonly fallback?: string;
  /** Never printed or logged. */
  readonly secret: boolean;
  /** Whether `NAME_FILE` may name a file that holds the value, as container secrets do. */
  readonly fileVariant: boolean;
  /** What of a secret's value must not show; default: the value, or its parts where it is a list. */
  secretsOf?(value: Value): readonly string[];
}

interface SettingOptions<Value> {
  readonly secret?: boolean;
  readonly fileVariant?: boolean;
  readonly secretsOf?: (value: Value) => readonly string[];
}

/** A setting that always has a value. */
export function withDefault<Value>(
  name: string,
  fallback: string,
  schema: z.ZodType<Value, string>,
): Setting<Value> & { readonly fallback: string } {
  return { name, schema, fallback, secret: false, fileVariant: false };
}

/** A setting that may be absent. A secret may also come from a file. */
export function optional<Value>(
  name: string,
  schema: z.ZodType<Value, string>,
  { secret = false, fileVariant = secret, secretsOf }: SettingOptions<Value> = {},
): Setting<Value> {
  return { name, schema, secret, fileVariant, ...(secretsOf && { secretsOf }) };
}

export type SettingTable = Readonly<Record<string, Readonly<Record<string, Setting>>>>;

type ValueOf<S> =
  S extends Setting<infer Value> ? (S extends { readonly fallback: string } ? Value : Value | undefined) : never;

/** The configuration that a table of settings makes: group, then setting, then its value. */
export type ConfigOf<Table extends SettingTable> = {
  readonly [Group in keyof Table]: { readonly [Key in keyof Table[Group]]: ValueOf<Table[Group][Key]> };
};
