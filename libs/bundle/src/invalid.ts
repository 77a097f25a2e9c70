import { ThawError } from '@thaw/contracts';

/** The way out of every broken bundle: another one, or the same one made again. */
const WAY_OUT = 'Serve another version, restore this one from a backup, or remove it and retrain.';

/** A bundle, or a file of one, that is not what it must be. `why` follows a colon and ends without a full stop. */
export function invalid(what: string, why: string, cause?: unknown): ThawError {
  return new ThawError('BUNDLE_INVALID', `${what} cannot be used: ${why}. ${WAY_OUT}`, { cause, details: { what } });
}

/** What is thrown where memory for `bytes` cannot be had, or arrays are not made that long. */
export function tooLarge(what: string, bytes: number, cause: unknown): ThawError {
  return new ThawError(
    'BUNDLE_MEMORY',
    `There is no memory for the ${bytes} bytes of ${what}: give the process more, or use a machine that has it.`,
    { cause, details: { what, bytes } },
  );
}
