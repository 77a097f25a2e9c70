import 'reflect-metadata';
import { runApp } from '@thaw/platform';
import { startTrainerApp } from './trainer-app.js';

await runApp('trainer', startTrainerApp);
