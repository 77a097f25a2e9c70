import { z } from 'zod';

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const DURATION_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

interface Range {
  readonly min?: number;
  readonly max?: number;
}

function checkRange(value: number, { min, max }: Range, context: z.RefinementCtx): number {
  if (min !== undefined && value < min) context.addIssue({ code: 'custom', message: `must be at least ${min}` });
  if (max !== undefined && value > max) context.addIssue({ code: 'custom', message: `must be at most ${max}` });
  return value;
}

function withUnit(units: Readonly<Record<string, number>>, example: string, range: Range) {
  const byLowerCase = new Map(Object.entries(units).map(([unit, factor]) => [unit.toLowerCase(), factor]));
  return z.string().transform((text, context) => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
    const factor = unit === undefined ? undefined : byLowerCase.get(unit.toLowerCase());
    if (digits === undefined || factor === undefined) {
      context.addIssue({ code: 'custom', message: `must be a number with an optional unit, for example ${example}` });
      return z.NEVER;
    }
    return checkRange(Math.round(Number(digits) * factor), range, context);
  });
}

/** A whole number in decimal digits. */
export const integer = (range: Range = {}) =>
  z.string().transform((text, context) => {
    const value = Number(text.trim());
    if (!/^-?\d+$/.test(text.trim()) || !Number.isSafeInteger(value)) {
      context.addIssue({ code: 'custom', message: 'must be a whole number' });
      return z.NEVER;
    }
    return checkRange(value, range, context);
  });

/** A decimal number. */
export const decimal = (range: Range = {}) =>
  z.string().transform((text, context) => {
    const value = Number(text.trim());
    if (text.trim() === '' || !Number.isFinite(value)) {
      context.addIssue({ code: 'custom', message: 'must be a number' });
      return z.NEVER;
    }
    return checkRange(value, range, context);
  });

/** A part of a whole, 0 to 1. */
export const share = () => decimal({ min: 0, max: 1 });

/** A TCP port; 0 lets the system pick a free one. */
export const port = () => integer({ min: 0, max: 65_535 });

/** A duration in milliseconds, or with a unit: `250`, `30s`, `24h`. The result is milliseconds. */
export const durationMs = (range: Range = {}) => withUnit(DURATION_UNITS, '250ms, 30s or 24h', range);

/** A size in bytes, or with a binary unit: `65536`, `16MiB`. The result is bytes. */
export const bytes = (range: Range = {}) => withUnit(SIZE_UNITS, '65536 or 16MiB', range);

export const boolean = () =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
    .transform((text) => ['true', '1', 'yes'].includes(text));

/** `host:port` pairs with commas between them. */
export const brokers = () =>
  z.string().transform((text, context) => {
    const addresses = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const bad = addresses.filter((address) => {
      const [, digits] = /^(?:\[[0-9a-f:]+\]|[^\s:/]+):(\d{1,5})$/i.exec(address) ?? [];
      return digits === undefined || Number(digits) < 1 || Number(digits) > 65_535;
    });
    if (addresses.length === 0 || bad.length > 0) {
      const culprit = bad.length > 0 ? `${bad.join(', ')} is not. Write` : 'write';
      context.addIssue({ code: 'custom', message: `must be host:port pairs; ${culprit} for example kafka-1:9092` });
      return z.NEVER;
    }
    return addresses;
  });
