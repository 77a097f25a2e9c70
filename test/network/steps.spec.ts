import { describe } from '@jest/globals';
import { stepsAreRight } from './steps.fixture.js';

describe.each(['cpu', 'wasm'] as const)('training on %s', stepsAreRight);
