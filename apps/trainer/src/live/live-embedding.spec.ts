import { beforeEach, describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { until } from '../../../../test/support/until.js';
import { LiveEmbedding, type VersionEmbedder } from './live-embedding.js';

/** A promise with its ends: Node 20 has no Promise.withResolvers. */
function withResolvers<T = void>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A thread that does what a test says. */
class ScriptedThread implements VersionEmbedder {
  readonly statistics = { pending: 0, embedded: 0, removed: 0 };
  readonly #loaded = withResolvers();
  readonly #caughtUp = withResolvers();
  readonly #ended = withResolvers<ThawError | undefined>();
  readonly loaded = this.#loaded.promise;
  readonly caughtUp = this.#caughtUp.promise;
  readonly ended = this.#ended.promise;
  isEmbedding = false;

  constructor(readonly version: string) {
    this.loaded.catch(() => undefined);
    this.caughtUp.catch(() => undefined);
  }

  load(): void {
    this.#loaded.resolve();
  }

  go(): void {
    this.isEmbedding = true;
    this.#caughtUp.resolve();
  }

  fail(reason: ThawError): void {
    this.isEmbedding = false;
    this.#loaded.reject(reason);
    this.#caughtUp.reject(reason);
    this.#ended.resolve(reason);
  }

  close(): Promise<void> {
    this.isEmbedding = false;
    this.#loaded.reject(new Error('closed'));
    this.#ended.resolve(undefined);
    return Promise.resolve();
  }
}

let threads: ScriptedThread[];
let live: LiveEmbedding;

beforeEach(() => {
  threads = [];
  live = new LiveEmbedding({
    start: (version) => {
      const thread = new ScriptedThread(version);
      threads.push(thread);
      return thread;
    },
    logger: createLogger({ level: 'silent', format: 'json' }),
  });
});

const embedding = (): string[] => threads.filter((thread) => thread.isEmbedding).map(({ version }) => version);

async function follow(version: string): Promise<void> {
  const started = threads.length;
  const following = live.follow(version);
  await until(() => threads.length > started);
  threads.at(-1)!.load();
  await following;
}

describe('live embedding', () => {
  test('goes on for the old version while the new one is loaded, and never for both', async () => {
    await follow('v000001');
    const following = live.follow('v000002');
    await until(() => threads.length === 2);
    expect(embedding()).toEqual(['v000001']);
    threads[1]!.load();
    await following;
    expect(embedding()).toEqual(['v000002']);
  });

  test('stays where it is when the version is the same', async () => {
    await follow('v000001');
    await live.follow('v000001');
    expect(threads).toHaveLength(1);
  });

  test('goes on for the old version when the new one cannot be loaded, and says why', async () => {
    await follow('v000001');
    const following = live.follow('v000002');
    await until(() => threads.length === 2);
    threads[1]!.fail(new ThawError('BUNDLE_INVALID', 'damaged'));
    await expect(following).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
    expect(embedding()).toEqual(['v000001']);
  });

  test('starts again when its thread ends by itself', async () => {
    await follow('v000001');
    threads[0]!.fail(new ThawError('KAFKA_UNAVAILABLE', 'gone'));
    await until(() => threads.length === 2);
    expect(live.failures).toBe(1);
    threads[1]!.load();
    await until(() => embedding().length === 1);
  });

  test('closed, it embeds no more, also what it was about to', async () => {
    await follow('v000001');
    const following = live.follow('v000002');
    const refused = expect(following).rejects.toThrow();
    await until(() => threads.length === 2);
    await live.close();
    await refused;
    expect(embedding()).toEqual([]);
  });
});
