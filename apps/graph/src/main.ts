import 'reflect-metadata';
import { runApp } from '@thaw/platform';
import { startGraphApp } from './graph-app.js';

await runApp('graph', startGraphApp);
