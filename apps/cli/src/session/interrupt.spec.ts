import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { exitCodeOf } from '../exit-codes.js';
import { interruptible } from './interrupt.js';

const aborted = async (signal: AbortSignal): Promise<void> => {
  process.emit('SIGTERM');
  if (!signal.aborted) await once(signal, 'abort');
};

describe('work that a signal asks to end', () => {
  test('may return what it has', async () => {
    const { value, interruptedExitCode } = await interruptible(async (signal) => {
      await aborted(signal);
      return 'half of it';
    });
    expect([value, interruptedExitCode]).toEqual(['half of it', 143]);
  });

  test('may be thrown out of: that is no defect', async () => {
    const ended = await interruptible(async (signal) => {
      await aborted(signal);
      signal.throwIfAborted();
    }).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 'RUN_CANCELLED', message: 'Ended by SIGTERM before it was done.' });
    expect(exitCodeOf(ended)).toBe(143);
  });

  test('what fails of itself fails as ever', async () => {
    const own = new Error('own');
    const failing = interruptible(() => Promise.reject(own));
    await expect(failing).rejects.toBe(own);
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });
});
