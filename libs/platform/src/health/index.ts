export { METRICS, READINESS } from './health.controller.js';
export { type HealthOptions, HealthModule } from './health.module.js';
export { type HttpApp, type HttpAppOptions, addressError, startHttpApp } from './http-app.js';
export { type Check, type CheckResult, type ReadinessReport, Readiness } from './readiness.js';
