import { type DynamicModule, Module } from '@nestjs/common';
import type { Metrics } from '../metrics/index.js';
import { HealthController, METRICS, READINESS } from './health.controller.js';
import type { Readiness } from './readiness.js';

export interface HealthOptions {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

/** `/livez`, `/readyz` and `/metrics`. */
@Module({})
export class HealthModule {
  static register({ readiness, metrics }: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [
        { provide: READINESS, useValue: readiness },
        { provide: METRICS, useValue: metrics },
      ],
      exports: [READINESS, METRICS],
    };
  }
}
