import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { SEARCH_ENVIRONMENT } from '@thaw/index';
import { findTool, knownNames as known, outputOf, ROOT, settings, whereThereIs } from './commands.js';

const COMPOSE = 'deploy/docker-compose.yml';
const APPS = ['graph', 'trainer', 'recommender'];

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean };
  readonly deploy: { readonly resources: { readonly limits: object } };
  readonly read_only?: boolean;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
}

const compose = parse(readFileSync(join(ROOT, COMPOSE), 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const exampleOf = (path: string) =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => line.split('=', 1)[0]!);

describe('Docker Compose', () => {
  const loader = findTool('compose');
  const load = whereThereIs('the loader of Compose', loader, test, COMPOSE);

  load('takes the files, alone and with the GPU', () => {
    const alone = JSON.parse(outputOf(loader!, ['-format', 'json', COMPOSE])) as Compose;
    expect(Object.keys(alone.services).sort()).toEqual(
      [...APPS, 'grafana', 'kafka', 'prometheus', 'simulator', 'topics'].sort(),
    );
    const withGpu = outputOf(loader!, ['-format', 'json', COMPOSE, 'deploy/docker-compose.gpu.yml']);
    expect((JSON.parse(withGpu) as { services: Record<string, object> }).services['trainer']).toMatchObject({
      build: { target: 'gpu' },
      deploy: {
        resources: { reservations: { devices: [{ capabilities: ['gpu'] }] }, limits: { memory: '4g' } },
      },
    });
  });

  test('publishes on 127.0.0.1 only, bounds every container, and mounts what is there', () => {
    for (const [name, { ports = [], volumes = [], deploy, healthcheck }] of services) {
      expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
      expect({ name, limits: deploy.resources.limits }).toMatchObject({
        limits: { cpus: expect.stringMatching(/\d/), memory: expect.stringMatching(/\d[mg]$/) },
      });
      expect(healthcheck !== undefined || APPS.includes(name)).toBe(true); // the image has one for the apps
      const folders = volumes.map((volume) => volume.split(':')[0]!);
      for (const folder of folders) {
        if (folder.startsWith('.')) expect(existsSync(join(ROOT, 'deploy', folder))).toBe(true);
        else expect(compose.volumes).toHaveProperty(folder);
      }
    }
  });

  test('sets what Thaw knows and no secret', () => {
    const own = services.filter(([, { image }]) => image.includes('THAW_IMAGE'));
    expect(own.map(([name]) => name)).toEqual(['topics', ...APPS, 'simulator']);
    const names = own.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    const example = exampleOf('deploy/thaw.env.example');
    const native = Object.keys(SEARCH_ENVIRONMENT);
    expect([...names, ...example].filter((name) => !known.has(name) && !native.includes(name))).toEqual([]);
    expect(services.find(([name]) => name === 'recommender')![1].environment).toMatchObject(SEARCH_ENVIRONMENT);
    const secrets = settings.filter(({ secret }) => secret).map(({ name }) => name);
    const text = readFileSync(join(ROOT, COMPOSE), 'utf8');
    expect(secrets.filter((name) => text.includes(name))).toEqual([]);
    expect(text).not.toMatch(/password:|PASSWORD/);
    for (const [name, { command }] of own.filter(([each]) => APPS.includes(each))) {
      expect(command).toEqual(['node', `apps/${name}/dist/main.js`]);
    }
  });
});

describe('the Dockerfile', () => {
  const path = 'deploy/docker/Dockerfile';
  const text = readFileSync(join(ROOT, path), 'utf8');
  /** Instructions of a stage, continued lines put together. */
  const stages = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split(/^FROM /m)
    .slice(1)
    .map((stage) =>
      stage
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    );
  const stageOf = (name: string) => stages.find(([from = '']) => from.endsWith(` AS ${name}`)) ?? [];

  const hadolint = findTool('hadolint');
  whereThereIs(
    'hadolint',
    hadolint,
    test,
    path,
  )('has nothing that hadolint would change', () => {
    expect(outputOf(hadolint!, ['--no-color', path])).toBe('');
  });

  test('ends as a user who is not root, with a health check, and Java in no stage', () => {
    const runtime = stageOf('runtime');
    const after = runtime.slice(runtime.findIndex((line) => line.startsWith('USER 10001')));
    expect(after.length).toBeGreaterThan(1);
    expect(after.some((line) => line.startsWith('RUN'))).toBe(false);
    expect(runtime.some((line) => line.startsWith('HEALTHCHECK') && line.includes('healthcheck.mjs'))).toBe(true);
    expect([...stageOf('gpu'), ...(stages.at(-1) ?? [])].some((line) => line.startsWith('USER'))).toBe(false);
    expect(stages.flat().join('\n')).not.toMatch(/\b(openjdk|jre|java)\b/i);
  });

  test('installs by the lock, and copies what is there from stages that there are', () => {
    const installs = stages.flat().filter((line) => /npm (i|install)\b/.test(line));
    expect(installs).toEqual([]);
    const names = stages.map(([from = '']) => / AS (\S+)$/.exec(from)?.[1]);
    for (const line of stages.flat().filter((each) => each.startsWith('COPY'))) {
      const [, from, rest = ''] = /^COPY (?:--from=(\S+) )?(.*)$/.exec(line) ?? [];
      if (from !== undefined) expect(names).toContain(from);
      else for (const source of rest.split(' ').slice(0, -1)) expect(existsSync(join(ROOT, source))).toBe(true);
    }
  });

  test('has settings that Thaw knows, and everything that the context leaves in', () => {
    const variables = [...text.matchAll(/\b((?:THAW|KAFKA)_[A-Z_]+)=/g)].map(([, name = '']) => name);
    expect(variables.length).toBeGreaterThan(3);
    expect(variables.filter((name) => !known.has(name))).toEqual([]);
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '.git', '.thaw', 'libs/tensor/native']));
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] };
    for (const place of workspaces) expect(ignored).not.toContain(dirname(`${place}/x`));
  });
});
