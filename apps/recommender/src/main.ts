import 'reflect-metadata';
import { runApp } from '@thaw/platform';
import { startRecommenderApp } from './recommender-app.js';

await runApp('recommender', startRecommenderApp);
