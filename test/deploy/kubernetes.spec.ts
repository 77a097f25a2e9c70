import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findTool, knownNames as known, outputOf, whereThereIs } from './commands.js';

const KUBERNETES = '1.34';
const OVERLAYS = ['small', 'production', 'gpu'];
/** Read by the manifests alone. */
const NOT_OURS = ['TOPIC_REPLICATION'];

const kubectl = findTool('kubectl');
const validator = findTool('kubernetes-validate');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
  readonly resources: { readonly limits: Readonly<Record<string, string>>; readonly requests: object };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly scheme?: string } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly scheme?: string } };
}

interface PodSpec {
  readonly enableServiceLinks: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly selector: Readonly<Record<string, unknown>>;
    readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly accessModes?: readonly string[];
  };
}

interface Built {
  readonly text: string;
  readonly resources: readonly Resource[];
}

const built = new Map<string, Built>();

function build(overlay: string): Built {
  const known = built.get(overlay);
  if (known !== undefined) return known;
  const text = outputOf(kubectl!, ['kustomize', `deploy/kubernetes/overlays/${overlay}`]);
  const result = { text, resources: parseAllDocuments(text).map((document) => document.toJS() as Resource) };
  built.set(overlay, result);
  return result;
}

const check = whereThereIs('kubectl', kubectl, test, 'the manifests of Kubernetes');
const validate = whereThereIs('kubernetes-validate', kubectl && validator, test, 'the schemas of the manifests');

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  validate(`is what the schemas of Kubernetes ${KUBERNETES} say, and nothing beside`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-manifests-'));
    // The Prometheus operator's kinds are in no schema of Kubernetes.
    const parts = build(overlay).text.split(/^---\n/m);
    const files = parts
      .filter((part) => !part.includes('monitoring.coreos.com'))
      .map((part, i) => {
        const file = join(folder, `${i}.yaml`);
        writeFileSync(file, part);
        return file;
      });
    const said = outputOf(validator!, ['-k', KUBERNETES, '--strict', ...files]);
    expect(said.match(/passed/g)).toHaveLength(files.length);
    rmSync(folder, { recursive: true });
  });

  check('has pods that meet the restricted profile, with probes, limits and no token', () => {
    const { resources } = build(overlay);
    const workloads = resources.filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment');
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([
      'thaw-graph',
      'thaw-recommender',
      'thaw-trainer',
    ]);
    for (const { spec, metadata } of workloads) {
      const pod = spec.template.spec;
      expect(pod).toMatchObject({
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      const volumes = [...pod.volumes, ...(spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata)];
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits['memory']).toMatch(/[GM]i$/);
        const mounted = container.volumeMounts.map(({ name }) => name);
        expect(volumes.map(({ name }) => name)).toEqual(expect.arrayContaining(mounted));
      }
      const scheme = overlay === 'small' ? undefined : 'HTTPS';
      expect(pod.containers[0]).toMatchObject({
        args: ['node', `apps/${metadata.name.replace('thaw-', '')}/dist/main.js`],
        livenessProbe: { httpGet: { path: '/livez' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
      });
      expect(pod.containers[0]?.readinessProbe?.httpGet.scheme).toBe(scheme);
      expect(pod.containers[0]?.livenessProbe?.httpGet.scheme).toBe(scheme);
    }
  });

  check('has settings that Thaw knows, and says how calls are secured', () => {
    const { resources } = build(overlay);
    const settings = resources.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const unknown = Object.keys(settings).filter((name) => !known.has(name) && !NOT_OURS.includes(name));
    expect(unknown).toEqual([]);
    const isOpen = settings['THAW_INSECURE_LISTEN'] === 'true';
    expect(isOpen).toBe(overlay === 'small');
    expect('THAW_TLS_CERT_FILE' in settings).toBe(!isOpen);
  });

  check('lets nobody reach an app but who is named, and writes bundles from one pod', () => {
    const { resources } = build(overlay);
    const policies = resources.filter(({ kind }) => kind === 'NetworkPolicy');
    const closed = policies.map(({ spec }) => spec.podSelector?.matchLabels['app.kubernetes.io/name']).sort();
    expect(closed).toEqual(['thaw-graph', 'thaw-recommender', 'thaw-trainer']);
    const one = (name: string) =>
      resources.find(({ kind, metadata }) => /Set|Depl/.test(kind) && metadata.name === name);
    const bundles = (name: string) =>
      one(name)?.spec.template.spec.containers[0]?.volumeMounts.find((mount) => mount.name === 'bundles');
    expect(bundles('thaw-trainer')?.readOnly ?? false).toBe(false);
    expect(bundles('thaw-recommender')?.readOnly).toBe(true);
    expect(one('thaw-graph')?.spec.replicas).toBe(1);
    expect(one('thaw-trainer')?.spec.replicas).toBe(1);
    const claim = resources.find(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claim?.spec.accessModes).toEqual([overlay === 'small' ? 'ReadWriteOnce' : 'ReadWriteMany']);
  });
});

check('the GPU is asked for by the trainer alone', () => {
  const asks = build('gpu').resources.filter(({ kind, spec }) => {
    const containers = kind === 'Deployment' || kind === 'StatefulSet' ? spec.template.spec.containers : [];
    return containers.some(({ resources }) => 'nvidia.com/gpu' in resources.limits);
  });
  expect(asks.map(({ metadata }) => metadata.name)).toEqual(['thaw-trainer']);
});
