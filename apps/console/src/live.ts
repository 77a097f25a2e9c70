import { useEffect, useRef, useState } from 'preact/hooks';
import { type Overview, PATHS, type Trouble } from './api.js';
import { get, RequestFailure, troubleOf } from './client.js';

const EVERY_MS = 1_000;
const MAX_WAIT_MS = 10_000;

export interface Live {
  /** The last that was seen; it stays while the service is away. */
  readonly overview: Overview | undefined;
  readonly trouble: Trouble | undefined;
  readonly needsToken: boolean;
  /** Looks again at once. */
  readonly refresh: () => void;
}

/** Looks each second, one look at a time; less often while nobody answers, and not at all while the page is hidden. */
export function useOverview(): Live {
  const [seen, setSeen] = useState<Omit<Live, 'refresh'>>({
    overview: undefined,
    trouble: undefined,
    needsToken: false,
  });
  const look = useRef<() => void>(() => undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLooking = false;
    let isOver = false;
    let failures = 0;
    const run = async (): Promise<void> => {
      clearTimeout(timer);
      if (isLooking || isOver || document.hidden) return;
      isLooking = true;
      let needsToken = false;
      try {
        const overview = await get<Overview>(PATHS.overview);
        failures = 0;
        setSeen({ overview, trouble: undefined, needsToken });
      } catch (thrown) {
        failures += 1;
        needsToken = thrown instanceof RequestFailure && thrown.needsToken;
        setSeen(({ overview }) => ({ overview, trouble: troubleOf(thrown), needsToken }));
      }
      isLooking = false;
      // A token is waited for: asking without one again and again helps nobody.
      if (!needsToken)
        timer = setTimeout(() => void run(), Math.min(MAX_WAIT_MS, EVERY_MS * 2 ** Math.min(failures, 4)));
    };
    look.current = () => void run();
    const onVisible = (): void => void run();
    document.addEventListener('visibilitychange', onVisible);
    void run();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, []);
  return { ...seen, refresh: () => look.current() };
}
