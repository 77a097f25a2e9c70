/** What one check says. `reason` is for people: what is missing, and since when or for how long still. */
export interface CheckResult {
  readonly ok: boolean;
  readonly reason?: string;
}

export type Check = () => CheckResult | Promise<CheckResult>;

export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  readonly checks: readonly ({ readonly name: string } & CheckResult)[];
}

const CHECK_TIMEOUT_MS = 2000;

/** Named checks that must all pass before traffic is sent here. */
export class Readiness {
  private readonly checks = new Map<string, Check>();
  private draining: string | undefined;

  constructor(private readonly timeoutMs: number = CHECK_TIMEOUT_MS) {}

  /** @throws RangeError if the name is taken. */
  add(name: string, check: Check): void {
    if (this.checks.has(name)) throw new RangeError(`there is a readiness check ${name} already`);
    this.checks.set(name, check);
  }

  /** From now on not ready, whatever the checks say: the first thing that a shutdown does. */
  drain(reason: string): void {
    this.draining ??= reason;
  }

  async report(): Promise<ReadinessReport> {
    const checks = await Promise.all(
      [...this.checks].map(async ([name, check]) => ({ name, ...(await this.resultOf(check)) })),
    );
    if (this.draining !== undefined) checks.unshift({ name: 'shutdown', ok: false, reason: this.draining });
    return { status: checks.every(({ ok }) => ok) ? 'ready' : 'not ready', checks };
  }

  private async resultOf(check: Check): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<CheckResult>((resolve) => {
      const reason = `no answer within ${this.timeoutMs} ms`;
      timer = setTimeout(() => resolve({ ok: false, reason }), this.timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(check), timeout]);
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
