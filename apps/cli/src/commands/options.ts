import { INPUT_TOPICS, type InputTopic } from '@thaw/contracts';
import { InvalidArgumentError } from 'commander';

/** Describes the option `--command-id <id>`. */
export const COMMAND_ID_HELP = 'done once under this id; given again, it answers as the first time';

/** Ends the description of an option that says where an app listens. */
export const ADDRESS_HELP = '(that of thaw up, or the settings)';

/** The message of an option's parser; commander puts the option's name before it and exits with 2. */
const refuse = (message: string): never => {
  throw new InvalidArgumentError(message);
};

export function parsePositive(text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : refuse('Give a number above 0.');
}

/** Events per second: a number, or `max`. */
export const parseRate = (text: string): number => (text === 'max' ? Infinity : parsePositive(text));

export function parseWhole(text: string): number {
  const value = Number(text);
  const isWhole = /^\d+$/.test(text) && Number.isSafeInteger(value);
  return isWhole ? value : refuse('Give a whole number, 0 or more.');
}

/** A whole number from 1 to `most`. */
export function parseCount(text: string, most: number): number {
  const value = parseWhole(text);
  return value >= 1 && value <= most ? value : refuse(`Give a whole number from 1 to ${most.toLocaleString('en-GB')}.`);
}

export const parseSeed = parseWhole;

export function parseReplicas(text: string): number {
  return /^[1-9]\d?$/.test(text) ? Number(text) : refuse('Give a whole number, 1 to 99.');
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** An input topic by its name in the registry. */
export function parseInputTopic(text: string): InputTopic {
  return INPUT_TOPICS.find((name) => name === text) ?? refuse(`Give one of ${INPUT_TOPICS.join(', ')}.`);
}

/** `90s`, `5m`, `1h` in milliseconds; a bare number is seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const ms = Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  return ms > 0 ? ms : refuse('Give a duration such as 90s, 5m or 1h.');
}

/** `a,b,c`; spaces around the parts are left out. */
export function parseList(text: string): readonly string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > 0 ? parts : refuse('Give one or more, with commas between them.');
}
