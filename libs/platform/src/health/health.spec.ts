import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { createLogger } from '../logging/index.js';
import { Metrics } from '../metrics/index.js';
import { HealthModule } from './health.module.js';
import { type HttpApp, startHttpApp } from './http-app.js';
import { Readiness } from './readiness.js';

const opened: HttpApp[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ app }) => app.close()));
});

@Controller('broken')
class BrokenController {
  @Get('known')
  known(): never {
    throw new ThawError('STORE_UNAVAILABLE', 'The disk is full.');
  }

  @Get('unknown')
  unknown(): never {
    throw new Error('password=hunter2');
  }
}

async function start(readiness = new Readiness(), port = 0) {
  const metrics = new Metrics({ processMetrics: false });
  @Module({ imports: [HealthModule.register({ readiness, metrics })], controllers: [BrokenController] })
  class TestModule {}
  const lines: string[] = [];
  const logger = createLogger({ level: 'error', format: 'json', write: (line) => void lines.push(line) });
  const http = await startHttpApp(TestModule, { host: '127.0.0.1', port, portSetting: 'THAW_GRAPH_HTTP_PORT', logger });
  opened.push(http);
  const get = async (path: string) => {
    const response = await fetch(new URL(path, http.url));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { get, metrics, lines, http };
}

describe('over HTTP', () => {
  test('/livez answers while nothing is ready', async () => {
    const readiness = new Readiness();
    readiness.add('broker', () => ({ ok: false, reason: 'not reached yet' }));
    const { get } = await start(readiness);
    expect(await get('/livez')).toMatchObject({ status: 200, text: '{"status":"alive"}' });
  });

  test('a connection lives longer than those who keep it let it idle, and does not hold up the end', async () => {
    const { get, http } = await start();
    expect((await get('/livez')).headers.get('keep-alive')).toBe('timeout=75');
    opened.pop();
    await http.app.close(); // with a connection that lies idle
    await expect(get('/livez')).rejects.toThrow('fetch failed');
  });

  test('/readyz names what is missing, and why', async () => {
    const readiness = new Readiness();
    let caughtUp = false;
    readiness.add('store', () => ({ ok: true }));
    readiness.add('stream', () => (caughtUp ? { ok: true } : { ok: false, reason: '12 events behind' }));
    const { get } = await start(readiness);
    const before = await get('/readyz');
    expect(before.status).toBe(503);
    expect(JSON.parse(before.text)).toEqual({
      status: 'not ready',
      checks: [
        { name: 'store', ok: true },
        { name: 'stream', ok: false, reason: '12 events behind' },
      ],
    });
    caughtUp = true;
    expect((await get('/readyz')).status).toBe(200);
    readiness.drain('SIGTERM');
    expect((await get('/readyz')).text).toContain('SIGTERM');
  });

  test('/metrics is in the Prometheus text format', async () => {
    const { get, metrics } = await start();
    metrics.counter('thaw_events_total', 'Events.', {})({}).inc();
    const { headers, text } = await get('/metrics');
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(text).toContain('thaw_events_total 1');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('errors are problems; those of unknown origin are logged and not told', async () => {
    const { get, lines } = await start();
    const known = await get('/broken/known');
    expect(known.status).toBe(503);
    expect(known.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(known.text)).toMatchObject({ code: 'STORE_UNAVAILABLE', detail: 'The disk is full.' });
    const unknown = await get('/broken/unknown');
    expect(unknown.status).toBe(500);
    expect(unknown.text).not.toContain('hunter2');
    expect(lines.join('')).toContain('hunter2');
    expect((await get('/nowhere')).status).toBe(404);
  });

  test('a port that is taken is named, with the setting that moves it', async () => {
    const { http } = await start();
    const again = start(new Readiness(), http.port);
    await expect(again).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await expect(again).rejects.toThrow('THAW_GRAPH_HTTP_PORT');
  });
});

describe('a readiness check', () => {
  test('that throws or never answers is not ready', async () => {
    const readiness = new Readiness(5);
    readiness.add('throws', () => Promise.reject(new Error('no broker')));
    readiness.add('hangs', () => new Promise(() => undefined));
    const { checks } = await readiness.report();
    expect(checks).toEqual([
      { name: 'throws', ok: false, reason: 'no broker' },
      { name: 'hangs', ok: false, reason: 'no answer within 5 ms' },
    ]);
  });
});
