import { describe, expect, test } from '@jest/globals';
import { Control } from './control.js';

describe('Control', () => {
  test('each task of a phase is claimed once, and a barrier begins the next phase', () => {
    const control = new Control(Control.buffer(), 1);
    expect([...control.claim(3)]).toEqual([0, 1, 2]);
    expect([...control.claim(3)]).toEqual([]);
    expect(control.barrier()).toBe(true);
    expect([...control.claim(2)]).toEqual([0, 1]);
  });

  test('a stop ends the claims at once, and the work at the barrier', () => {
    const control = new Control(Control.buffer(), 1);
    const claimed: number[] = [];
    for (const task of control.claim(10)) if (claimed.push(task) === 2) control.stop();
    expect(claimed).toEqual([0, 1]);
    expect(control.stopped).toBe(true);
    expect(control.barrier()).toBe(false);
  });
});
