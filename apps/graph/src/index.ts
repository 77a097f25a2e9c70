export { CRASH_POINTS, type CrashPoint } from './ingest/crash-points.js';
export { graphTopics, IngestPipeline, type PipelineOptions } from './ingest/pipeline.js';
export { graphMetrics } from './metrics.js';
