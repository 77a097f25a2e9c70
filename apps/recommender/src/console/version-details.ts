import type { Curve, VersionDetail } from '@thaw/app-console';
import type { BundleStore } from '@thaw/bundle';
import { ThawError } from '@thaw/contracts';

const CURVES = 'curves.json';
const MAX_CURVES_BYTES = 1 << 20;
/** A line of a few hundred pixels shows no more. */
const MAX_POINTS = 500;
/** Versions whose details are kept: bundles do not change. */
const KEPT = 16;

/** How versions were made, from their bundles. */
export class VersionDetails {
  readonly #kept = new Map<string, VersionDetail>();

  constructor(private readonly store: Pick<BundleStore, 'manifest' | 'readFile'>) {}

  /** @throws ThawError BUNDLE_NOT_FOUND, BUNDLE_INVALID and as the store does */
  async of(version: string): Promise<VersionDetail> {
    const kept = this.#kept.get(version);
    if (kept !== undefined) return kept;
    const { kind, createdAtMs, counts, settings, gate } = await this.store.manifest(version);
    const curves = await this.store.readFile(version, CURVES, MAX_CURVES_BYTES);
    const detail: VersionDetail = {
      version,
      kind,
      createdAtMs,
      counts,
      channels: settings.channels.map(({ name, dimensions, weight }) => ({ name, dimensions, weight })),
      gate,
      curves: curves === undefined ? null : readCurves(curves, version),
    };
    this.#kept.set(version, detail);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return detail;
  }
}

/** `{"loss": [[step, value], …], "recall": [[step, value], …]}`; what is no pair of numbers is left out. */
function readCurves(bytes: Uint8Array, version: string): VersionDetail['curves'] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw new ThawError('BUNDLE_INVALID', `${CURVES} of the bundle ${version} is no JSON: make the version again.`, {
      cause,
    });
  }
  const curves = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { loss: curve(curves['loss']), recall: curve(curves['recall']) };
}

function curve(value: unknown): Curve {
  const points = (Array.isArray(value) ? value : []).filter(isPoint);
  const every = Math.ceil(points.length / MAX_POINTS);
  // The last point is where training ended: it is always shown.
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

const isPoint = (value: unknown): value is Curve[number] =>
  Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each));
