import 'reflect-metadata';
import { runApp } from '@thaw/platform';
import { calmGarbageCollection } from './garbage-collection.js';
import { startRecommenderApp } from './recommender-app.js';

calmGarbageCollection();
await runApp('recommender', startRecommenderApp);
