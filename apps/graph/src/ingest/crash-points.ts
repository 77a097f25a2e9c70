/** Moments at which the crash test kills the process, between two things that must not come apart. */
export const CRASH_POINTS = [
  'before_commit',
  'after_commit',
  'before_publish',
  'after_publish',
  'during_read',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export interface CrashPlan {
  readonly point: CrashPoint;
  /** Which passing of the point kills: 1 is the first. */
  readonly occurrence: number;
}

/** Returns what to call at each point. Without a plan it does nothing. */
export function crashPoints(plan: CrashPlan | undefined, kill: () => void): (point: CrashPoint) => void {
  let left = plan?.occurrence ?? 0;
  return (point) => {
    if (plan?.point !== point) return;
    left -= 1;
    if (left === 0) kill();
  };
}
