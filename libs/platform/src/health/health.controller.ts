import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { Metrics } from '../metrics/index.js';
import type { Readiness, ReadinessReport } from './readiness.js';

export const READINESS = Symbol('thaw.readiness');
export const METRICS = Symbol('thaw.metrics');

interface StatusSetter {
  status(code: number): unknown;
}

/** What orchestrators and Prometheus ask. */
@Controller()
export class HealthController {
  constructor(
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metricsOfProcess: Metrics,
  ) {}

  /** That the event loop turns: nothing else, so that a slow neighbour gets no process killed. */
  @Get('livez')
  @Header('cache-control', 'no-store')
  live(): { readonly status: 'alive' } {
    return { status: 'alive' };
  }

  /** 200 when every check passes, otherwise 503; the body says which do not, and why. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) response: StatusSetter): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    response.status(report.status === 'ready' ? 200 : 503);
    return report;
  }

  @Get('metrics')
  @Header('content-type', Metrics.CONTENT_TYPE)
  @Header('cache-control', 'no-store')
  metrics(): Promise<string> {
    return this.metricsOfProcess.text();
  }
}
