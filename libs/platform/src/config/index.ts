export type { ApiToken } from './api-tokens.js';
export { type Config, type LoadedConfig, type SettingReport, loadConfig, processEnvironment } from './config.js';
export { editDistance, nearestName } from './nearest.js';
export type { Environment, SettingSource } from './resolve.js';
export { SETTINGS } from './settings.js';
export { kafkaConnection } from './kafka-connection.js';
