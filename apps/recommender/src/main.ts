import 'reflect-metadata';
import { runApp } from '@thaw/platform';
import { calmGarbageCollection } from './garbage-collection.js';
import { startRecommenderApp } from './recommender-app.js';
import { helpersStepBack } from './thread-priority.js';

calmGarbageCollection();
await runApp('recommender', async (app) => {
  const started = await startRecommenderApp(app);
  helpersStepBack();
  return started;
});
