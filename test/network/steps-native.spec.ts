import { describe } from '@jest/globals';
import { openTensorBackend } from '@thaw/tensor';
import { stepsAreRight } from './steps.fixture.js';

const native = await openTensorBackend({ forced: 'tfjs-node' }).catch(() => undefined);
const note = native === undefined ? ' (skipped: it is not here; npm run tf:native brings it)' : '';

(native === undefined ? describe.skip : describe)(`training on tfjs-node${note}`, () => {
  stepsAreRight('tfjs-node');
});
